# cmake -DOUTPUT=FILE.cpp "-DFILES=FILE;FILE..." -P embed.cmake
# Each file as an EmbeddedFile of "course/catalogue.hpp". A file is below 64 KiB: compilers need not take longer strings.
file(WRITE ${OUTPUT} "#include \"course/catalogue.hpp\"\n\nnamespace tcplab::course {\n\n"
                     "const std::vector<EmbeddedFile>& embedded_files() {\n"
                     "    static const std::vector<EmbeddedFile> files{\n")
foreach(path IN LISTS FILES)
  get_filename_component(name ${path} NAME)
  get_filename_component(folder ${path} DIRECTORY)
  get_filename_component(folder ${folder} NAME)
  file(READ ${path} text)
  file(APPEND ${OUTPUT} "        {\"${folder}/${name}\", R\"exercise(" "${text}" ")exercise\"},\n")
endforeach()
file(APPEND ${OUTPUT} "    };\n    return files;\n}\n\n}  // namespace tcplab::course\n")
