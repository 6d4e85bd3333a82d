# lading.pc, which says where it lies: an installation can be moved.
get_filename_component(library_folder "${CMAKE_INSTALL_LIBDIR}" ABSOLUTE BASE_DIR "${CMAKE_INSTALL_PREFIX}")
get_filename_component(include_folder "${CMAKE_INSTALL_INCLUDEDIR}" ABSOLUTE BASE_DIR "${CMAKE_INSTALL_PREFIX}")
file(RELATIVE_PATH prefix_from_here "${library_folder}/pkgconfig" "${CMAKE_INSTALL_PREFIX}")
string(REGEX REPLACE "/$" "" prefix_from_here "${prefix_from_here}")
file(RELATIVE_PATH include_below_prefix "${CMAKE_INSTALL_PREFIX}" "${include_folder}")

set(link_flags "-L\${libdir} -llading")
if(SKBUILD)  # as `lading config --libs` has it: wheels have no liblading.so, and lie where no loader looks
  set(link_flags "-L\${libdir} -Wl,-rpath,\${libdir} -l:liblading.so.1")
elseif(lading_kind STREQUAL STATIC)  # C's linker does not know the run-time library of C++
  set(run_time_library ${CMAKE_CXX_IMPLICIT_LINK_LIBRARIES})
  list(FILTER run_time_library INCLUDE REGEX "^(stdc\\+\\+|c\\+\\+|c\\+\\+abi|m)$")
  list(REMOVE_DUPLICATES run_time_library)
  foreach(library ${run_time_library})
    string(APPEND link_flags " -l${library}")
  endforeach()
endif()
configure_file(lading.pc.in ${CMAKE_CURRENT_BINARY_DIR}/lading.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/lading.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
