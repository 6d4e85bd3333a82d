# Installs the library, its headers, its CMake package and its lading.pc: into a prefix, or into the Python package.
include(CMakePackageConfigHelpers)
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/lading)

# The namelink is a copy in wheels, which hold no symbolic links: there the library has its SONAME only.
if(SKBUILD)
  set_target_properties(lading PROPERTIES VERSION 1)
  install(TARGETS lading EXPORT lading_targets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} NAMELINK_SKIP
          ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
else()
  install(TARGETS lading EXPORT lading_targets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
          ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
endif()
install(DIRECTORY include/lading DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h" PATTERN "*.hpp")
install(EXPORT lading_targets NAMESPACE lading:: FILE lading-targets.cmake DESTINATION ${package_folder})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/lading-config-version.cmake VERSION ${PROJECT_VERSION}
                                 COMPATIBILITY SameMajorVersion)
configure_package_config_file(lading-config.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/lading-config.cmake
                              INSTALL_DESTINATION ${package_folder})
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/lading-config.cmake ${CMAKE_CURRENT_BINARY_DIR}/lading-config-version.cmake
        DESTINATION ${package_folder})
include(pkg_config.cmake)
if(NOT SKBUILD)  # wheels keep them where Python wants them (license-files in pyproject.toml)
  install(FILES ../LICENSE ../THIRD-PARTY.md DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/licenses/lading)
endif()
