#!/usr/bin/env Rscript
# Charts of results, with R's own graphics (Debian: r-base-core).
#
#     plots.R page FOLDER PICTURE             page time of each variant
#     plots.R axis FOLDER PICTURE             page time over the first axis
#     plots.R waterfall FOLDER PICTURE [RUN]  the transactions of a run, the first 100 of them
#     plots.R cwnd FOLDER PICTURE [RUN]       a run's congestion window; needs run --trace
#
# FOLDER is one that `tcplab run` wrote. The picture is a .png or a .pdf.

phases <- c(blocked = "#d4d4d4", dns = "#0b7a75", connect = "#f29f38", tls = "#5e3a98", send = "#d6457a",
            wait = "#8fce7a", receive = "#1f6fb4")
colors <- c("#0072b2", "#d55e00", "#009e73", "#000000", "#e69f00", "#56b4e9", "#cc79a7", "#777777")
most_rows <- 100
options(scipen = 9)  # 80000, not 8e+04

# What the values of an axis may be in: units of one measure, and how large they are.
measures <- list(c(1), c("%" = 1), c(packet = 1, packets = 1), c(ns = 1, us = 1e3, ms = 1e6, s = 1e9, min = 60e9),
                 c("bit/s" = 1, "kbit/s" = 1e3, "Mbit/s" = 1e6, "Gbit/s" = 1e9),
                 c(B = 1, kB = 1e3, KiB = 2^10, MB = 1e6, MiB = 2^20, GB = 1e9, GiB = 2^30))
names(measures[[1]]) <- ""

read <- function(folder, name) {
  # Names stay text, even where they look like numbers.
  rows <- read.csv(file.path(folder, name), check.names = FALSE, na.strings = "", encoding = "UTF-8",
                   colClasses = c(scenario = "character", variant = "character"))
  rows$variant[is.na(rows$variant)] <- ""
  for (key in axes(rows)) rows[[key]] <- as.character(rows[[key]])
  rows
}

# The columns of the scenario's axes: between seed and the file's own.
axes <- function(rows) {
  columns <- names(rows)
  own <- which(columns %in% c("page_ms", "id", "time_ms"))[1]
  columns[seq_len(own - 1)][-seq_len(match("seed", columns))]
}

# What to call the runs that differ in nothing but chance, in the order of the file.
run_names <- function(rows, keys) {
  parts <- if (any(rows$variant != "") || !length(keys)) {
    list(ifelse(rows$variant == "", rows$scenario, rows$variant))
  }
  for (key in keys) parts <- c(parts, list(paste(key, "=", rows[[key]])))
  named <- do.call(paste, c(parts, sep = ", "))
  factor(named, unique(named))
}

# The values in the smallest unit that one of them has, and that unit; nothing if they are words.
as_numbers <- function(values) {
  pattern <- "^([0-9]+(?:[.][0-9]+)?) ?([A-Za-z%/]*)$"
  if (!all(grepl(pattern, values, perl = TRUE))) return(NULL)
  number <- as.numeric(sub(pattern, "\\1", values, perl = TRUE))
  unit <- sub(pattern, "\\2", values, perl = TRUE)
  for (sizes in measures) {
    if (!all(unit %in% names(sizes))) next
    size <- sizes[match(unit, names(sizes))]
    return(list(numbers = number * size / min(size), unit = unit[which.min(size)]))
  }
}

# Opens the picture, in inches, with room for labels on the left and for the legend on the right.
begin <- function(height = 4, labels = NULL, size = 1, legend = NULL) {
  if (grepl("[.]png$", arguments[3])) {
    png(arguments[3], 6.3, height, units = "in", res = 200, type = "cairo")
  } else {
    cairo_pdf(arguments[3], width = 6.3, height = height)
  }
  width <- function(text, cex) if (length(text)) max(strwidth(text, units = "inches", cex = cex)) else 0
  plot.new()
  left <- if (length(labels)) width(labels, size) + 0.3 else 0.9
  par(mai = c(0.8, left, 0.2, if (length(legend)) width(legend, 1) + 0.8 else 0.2), new = TRUE)
}

legend_beside <- function(...) legend(par("usr")[2], par("usr")[4], ..., bty = "n", xpd = NA)

page <- function(folder) {
  summary <- read(folder, "summary.csv")
  name <- run_names(summary, axes(summary))
  times <- split(summary$page_ms, name)
  middle <- sapply(times, median)  # of all repetitions: where one failed there is none
  ends <- sapply(times, quantile, c(0.05, 0.95), na.rm = TRUE)
  order <- rev(seq_along(middle))  # barplot begins at the bottom
  begin(max(2, 1.2 + 0.3 * length(middle)), names(middle))
  at <- barplot(middle[order], horiz = TRUE, las = 1, col = colors[1], border = NA,
                xlim = c(0, max(ends, na.rm = TRUE)), xlab = "page time (ms)")
  if (anyDuplicated(name)) segments(ends[1, order], at, ends[2, order], at)
  middle
}

axis_chart <- function(folder) {
  summary <- read(folder, "summary.csv")
  keys <- axes(summary)
  if (!length(keys)) stop(folder, ": these runs have no axis", call. = FALSE)
  values <- unique(summary[[keys[1]]])
  scale <- as_numbers(values)
  name <- run_names(summary, keys[-1])
  place <- match(summary[[keys[1]]], values)
  medians <- tapply(summary$page_ms, list(factor(place, seq_along(values)), name), median)
  begin(legend = levels(name))
  top <- max(medians, na.rm = TRUE)
  if (is.null(scale)) {  # words, which no line joins
    rownames(medians) <- values
    barplot(t(medians), beside = TRUE, col = rep_len(colors, ncol(medians)), border = NA, xlab = keys[1],
            ylab = "page time (ms)", ylim = c(0, top))
    legend_beside(levels(name), fill = rep_len(colors, ncol(medians)), border = NA)
  } else {
    medians <- medians[order(scale$numbers), , drop = FALSE]
    at <- sort(scale$numbers)
    rownames(medians) <- at
    matplot(at, medians, type = "b", lty = 1, pch = seq_len(ncol(medians)), col = colors,
            xlab = if (scale$unit == "") keys[1] else sprintf("%s (%s)", keys[1], scale$unit),
            ylab = "page time (ms)", ylim = c(0, top))
    legend_beside(levels(name), col = rep_len(colors, ncol(medians)), pch = seq_len(ncol(medians)))
  }
  medians
}

waterfall <- function(folder, run = 1) {
  rows <- read(folder, "transactions.csv")
  rows <- head(rows[rows$run == run, ], most_rows)
  n <- nrow(rows)
  if (n == 0) stop(folder, ": there is no run ", run, ", or it has no transactions", call. = FALSE)
  left <- rows$start_ms
  labels <- paste(rows$id, substr(rows$path, 1, 40))
  begin(max(3, 1 + 0.16 * n), labels, 0.6, names(phases))
  plot(NULL, xlim = c(0, max(left + rows$total_ms, na.rm = TRUE)), ylim = c(n + 0.5, 0.5), yaxt = "n",
       xlab = "time (ms)", ylab = "")
  axis(2, seq_len(n), labels, las = 1, tick = FALSE, cex.axis = 0.6, gap.axis = -1)
  for (phase in names(phases)) {
    width <- rows[[paste0(phase, "_ms")]]
    width[is.na(width)] <- 0
    rect(left, seq_len(n) - 0.38, left + width, seq_len(n) + 0.38, col = phases[[phase]], border = NA)
    left <- left + width
  }
  legend_beside(names(phases), fill = phases, border = NA)
  left
}

cwnd <- function(folder, run = 1) {
  rows <- read(folder, sprintf("run-%03d/tcp.csv", run))
  rows <- rows[which(rows$connection == 1 & rows$end == "server"), ]
  lines <- c(cwnd = colors[1], "in flight" = colors[6], ssthresh = colors[2])
  begin(legend = names(lines))
  plot(rows$time_ms, rows$cwnd, type = "s", lwd = 2, col = lines[1], ylim = c(0, max(rows$cwnd)),
       xlab = "time (ms)", ylab = "segments")
  lines(rows$time_ms, rows$in_flight, type = "s", col = lines[2])
  lines(rows$time_ms, rows$ssthresh, type = "s", lty = 2, col = lines[3])
  legend_beside(names(lines), col = lines, lty = c(1, 1, 2))
  rows$cwnd
}

arguments <- commandArgs(trailingOnly = TRUE)
charts <- list(page = page, axis = axis_chart, waterfall = waterfall, cwnd = cwnd)
if (!length(arguments) %in% 3:4 || !arguments[1] %in% names(charts)) {
  stop("plots.R page|axis|waterfall|cwnd FOLDER PICTURE [RUN]", call. = FALSE)
}
drawn <- do.call(charts[[arguments[1]]], c(list(arguments[2]), as.list(as.integer(arguments[-(1:3)]))))
invisible(dev.off())
print(drawn, digits = 10)
