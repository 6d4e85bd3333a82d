# For an LCG stack: an entry of lcgcmake's externals, where LCGPackage_Add is defined. The version stands in the toolchain file:
#   LCG_external_package(lading 0.1.0)
LCGPackage_Add(
  lading
  URL ${GenURL}/lading-${lading_native_version}.tar.gz
  CMAKE_ARGS -DCMAKE_INSTALL_PREFIX=<INSTALL_DIR>
             -DCMAKE_BUILD_TYPE=Release
             -DCMAKE_INSTALL_LIBDIR=lib
             -DLADING_JSON_INCLUDE=${jsonmcpp_home}/include
  DEPENDS jsonmcpp
)
