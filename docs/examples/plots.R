#!/usr/bin/env Rscript
# Charts of results, with R's own graphics (Debian: r-base-core).
#
#     plots.R page FOLDER PICTURE             page time of each variant
#     plots.R axis FOLDER PICTURE             page time over the first axis
#     plots.R waterfall FOLDER PICTURE [RUN]  the transactions of a run
#     plots.R cwnd FOLDER PICTURE [RUN]       a run's congestion window; needs run --trace
#
# FOLDER is one that `tcplab run` wrote. The picture is a .png or a .pdf.

phases <- c(blocked = "#d4d4d4", dns = "#0b7a75", connect = "#f29f38", tls = "#5e3a98", send = "#d6457a",
            wait = "#8fce7a", receive = "#1f6fb4")
colors <- c("#0072b2", "#d55e00", "#009e73", "#000000", "#e69f00", "#56b4e9", "#cc79a7", "#777777")

read <- function(folder, name) {
  # Names stay text, even where they look like numbers; in the order of the file.
  rows <- read.csv(file.path(folder, name), check.names = FALSE, na.strings = "", encoding = "UTF-8",
                   colClasses = c(variant = "character"))
  rows$variant[is.na(rows$variant)] <- "all"
  rows$variant <- factor(rows$variant, unique(rows$variant))
  rows
}

page <- function(folder) {
  summary <- read(folder, "summary.csv")
  times <- sapply(split(summary$page_ms, summary$variant), quantile, c(0.05, 0.5, 0.95), na.rm = TRUE)
  times <- times[, rev(colnames(times)), drop = FALSE]  # barplot begins at the bottom
  par(mar = c(4, 9, 1, 1))
  middle <- barplot(times[2, ], horiz = TRUE, las = 1, col = colors[1], border = NA, xlim = c(0, max(times)),
                    xlab = "page time (ms)")
  if (anyDuplicated(summary$variant)) segments(times[1, ], middle, times[3, ], middle)
  times[2, ]
}

axis_chart <- function(folder) {
  summary <- read(folder, "summary.csv")
  key <- names(summary)[match("seed", names(summary)) + 1]  # the axes stand between seed and page_ms
  if (key == "page_ms") stop(folder, ": these runs have no axis")
  values <- as.character(summary[[key]])  # "20 ms"
  number <- "^([0-9.]+) *"
  if (!all(grepl(number, values)) || length(unique(sub(number, "", values))) > 1) {
    stop(folder, ": ", key, " has values that are no numbers of one unit")
  }
  x <- as.numeric(sub("^([0-9.]+).*", "\\1", values))
  medians <- tapply(summary$page_ms, list(x, summary$variant), median)
  at <- as.numeric(rownames(medians))
  par(mar = c(4, 4, 1, 1))
  matplot(at, medians, type = "b", lty = 1, pch = seq_len(ncol(medians)), col = colors, xlab = key,
          ylab = "page time (ms)", ylim = c(0, max(medians, na.rm = TRUE)))
  legend("topleft", colnames(medians), col = colors, pch = seq_len(ncol(medians)), bty = "n")
  medians
}

waterfall <- function(folder, run = 1) {
  rows <- read(folder, "transactions.csv")
  rows <- rows[rows$run == run, ]
  n <- nrow(rows)
  left <- rows$start_ms
  par(mar = c(4, 9, 1, 1))
  plot(NULL, xlim = c(0, max(left + rows$total_ms, na.rm = TRUE)), ylim = c(n + 0.5, 0.5), yaxt = "n",
       xlab = "time (ms)", ylab = "")
  axis(2, seq_len(n), paste(rows$id, rows$path), las = 1, tick = FALSE)
  for (phase in names(phases)) {
    width <- rows[[paste0(phase, "_ms")]]
    width[is.na(width)] <- 0
    rect(left, seq_len(n) - 0.38, left + width, seq_len(n) + 0.38, col = phases[[phase]], border = NA)
    left <- left + width
  }
  legend("topright", names(phases), fill = phases, border = NA, bty = "n")
  left
}

cwnd <- function(folder, run = 1) {
  rows <- read(folder, sprintf("run-%03d/tcp.csv", run))
  rows <- rows[which(rows$connection == 1 & rows$end == "server"), ]
  par(mar = c(4, 4, 1, 1))
  plot(rows$time_ms, rows$cwnd, type = "s", lwd = 2, col = colors[1], ylim = c(0, max(rows$cwnd)),
       xlab = "time (ms)", ylab = "segments")
  lines(rows$time_ms, rows$in_flight, type = "s", col = "#56b4e9")
  lines(rows$time_ms, rows$ssthresh, type = "s", lty = 2, col = colors[2])
  legend("bottomright", c("cwnd", "in flight", "ssthresh"), col = c(colors[1], "#56b4e9", colors[2]),
         lty = c(1, 1, 2), bty = "n")
  rows$cwnd
}

arguments <- commandArgs(trailingOnly = TRUE)
charts <- list(page = page, axis = axis_chart, waterfall = waterfall, cwnd = cwnd)
if (!length(arguments) %in% 3:4 || !arguments[1] %in% names(charts)) {
  stop("plots.R page|axis|waterfall|cwnd FOLDER PICTURE [RUN]", call. = FALSE)
}
if (grepl("[.]png$", arguments[3])) {
  png(arguments[3], 6.3, 4, units = "in", res = 200, type = "cairo")
} else {
  pdf(arguments[3], width = 6.3, height = 4)
}
drawn <- do.call(charts[[arguments[1]]], c(list(arguments[2]), as.list(as.integer(arguments[-(1:3)]))))
invisible(dev.off())
print(drawn, digits = 10)
