// Nothing but a look at the flags that all files here are compiled with. Those that come by CMake's variables it has
// refused already (exact_arithmetic.cmake); this sees those of a compiler's wrapper and of a project around this one.
#if defined(__FAST_MATH__) || defined(__ASSOCIATIVE_MATH__) || defined(__RECIPROCAL_MATH__) || \
    defined(__NO_SIGNED_ZEROS__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__)
#error "lading is not compiled with -ffast-math or a part of it: results would have other bits; take the flag away"
#endif
#if defined(__FLT_EVAL_METHOD__) && __FLT_EVAL_METHOD__ != 0 && __FLT_EVAL_METHOD__ != 16
#error "float is computed as a wider type here (-mfpmath=387): results would have other bits; use -mfpmath=sse"
#endif
