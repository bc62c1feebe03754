# tcplab_room(NAME [SEES ROOM...] [USES LIBRARY...])
#
# The folder this is called from becomes the static library tcplab::NAME, made of every .cpp below it. The room may
# include its own headers and those of the rooms it SEES (and what those see), always as "room/file.hpp": each room
# has an include directory of its own that holds nothing but the room, so any other include does not compile.
# USES names libraries from outside.
function(tcplab_room name)
  cmake_parse_arguments(PARSE_ARGV 1 room "" "" "SEES;USES")
  if(room_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "tcplab_room(${name}): what is ${room_UNPARSED_ARGUMENTS}?")
  endif()
  list(TRANSFORM room_SEES PREPEND "tcplab::")

  set(include_dir ${PROJECT_BINARY_DIR}/include/${name})
  file(MAKE_DIRECTORY ${include_dir})
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${include_dir}/${name} SYMBOLIC)

  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")  # a program's, not the room's
  if(sources)
    add_library(tcplab_${name} STATIC ${sources})
    set(scope PUBLIC)
  else()  # only headers
    add_library(tcplab_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  add_library(tcplab::${name} ALIAS tcplab_${name})
  target_include_directories(tcplab_${name} ${scope} ${include_dir})
  target_link_libraries(tcplab_${name} ${scope} ${room_SEES} ${room_USES})
  set_property(GLOBAL APPEND PROPERTY TCPLAB_ROOMS ${name})
endfunction()
