# For a Spack repository: packages/lading/package.py.
from spack_repo.builtin.build_systems.cmake import CMakePackage
from spack_repo.builtin.build_systems.python import PythonPipBuilder

from spack.package import *


class Lading(CMakePackage):
    """Trained models as small readable bundles, and one tiny engine that runs them with the same bits from
    Python and C++."""

    url = "@URL@"

    license("BSD-3-Clause")

    version("0.1.0", sha256="@SHA256@")

    variant("shared", default=True, description="Build liblading as a shared library")
    variant("python", default=False, description="The Python package too")

    depends_on("cxx", type="build")
    depends_on("cmake@3.20:", type="build")
    depends_on("nlohmann-json@3.11:", type="build")

    extends("python", when="+python")
    with when("+python"):
        depends_on("python@3.10:", type=("build", "run"))
        depends_on("py-pip", type="build")
        depends_on("py-scikit-build-core@0.11:", type="build")
        depends_on("py-nanobind@3.1:", type="build")
        depends_on("py-nanobind-backend@1:", type=("build", "run"))
        depends_on("py-numpy@1.24:", type=("build", "run"))
        depends_on("py-click@8.1:", type="run")
        depends_on("py-rich@13:", type="run")

    conflicts("%gcc@:10", msg="lading is written in C++20")
    conflicts("%clang@:13", msg="lading is written in C++20")

    def cmake_args(self):
        return [
            self.define_from_variant("BUILD_SHARED_LIBS", "shared"),
            self.define("LADING_JSON_INCLUDE", self.spec["nlohmann-json"].prefix.include),
        ]

    @run_after("install", when="+python")
    def install_python(self):
        python("-m", "pip", *PythonPipBuilder.std_args(self), f"--prefix={self.prefix}", ".")
