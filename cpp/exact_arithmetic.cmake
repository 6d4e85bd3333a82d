# Flags with which the same model would give other bits are refused, before minutes of compiling. Linked with them, the
# library would also flush denormals to zero in every program that loads it (crtfastmath.o).
set(inexact_flags "-(Ofast|ffast-math|funsafe-math-optimizations|fassociative-math|freciprocal-math|ffinite-math-only|\
fno-signed-zeros|ffp-contract=fast|mdaz-ftz)")
set(flag_variables CMAKE_CXX_FLAGS CMAKE_SHARED_LINKER_FLAGS)
foreach(configuration ${CMAKE_BUILD_TYPE} ${CMAKE_CONFIGURATION_TYPES})
  string(TOUPPER "${configuration}" configuration)
  list(APPEND flag_variables CMAKE_CXX_FLAGS_${configuration} CMAKE_SHARED_LINKER_FLAGS_${configuration})
endforeach()
foreach(variable ${flag_variables})
  if(" ${${variable}} " MATCHES "[ ]${inexact_flags}[ ]")
    message(FATAL_ERROR "lading is not compiled with -${CMAKE_MATCH_1}, which stands in ${variable} "
                        "(\"${${variable}}\"): results would have other bits than anywhere else, and programs that load the "
                        "library might compute differently themselves. Take it away for lading.")
  endif()
endforeach()
