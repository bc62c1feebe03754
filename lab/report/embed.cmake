# cmake -DOUTPUT=FILE.cpp -DASSETS=FILE;FILE... -P embed.cmake
# The files as strings, each a function of "report/assets.hpp" that is named after it. A file is below 64 KiB: compilers need not take longer strings.
file(WRITE ${OUTPUT} "#include \"report/assets.hpp\"\n\nnamespace tcplab::report {\n")
foreach(asset IN LISTS ASSETS)
  get_filename_component(name ${asset} NAME)
  string(TOLOWER ${name} name)
  string(REGEX REPLACE "[^a-z]+" "_" name ${name})
  file(READ ${asset} text)
  file(APPEND ${OUTPUT} "\nstd::string_view ${name}() {\n    return R\"asset(" "${text}" ")asset\";\n}\n")
endforeach()
file(APPEND ${OUTPUT} "\n}  // namespace tcplab::report\n")
