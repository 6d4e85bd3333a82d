"""What stands around every header of a network: what compilers may not do between."""

from __future__ import annotations

__all__ = ["HEAD", "TAIL"]

HEAD = """#pragma once
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

// Needs arithmetic as IEEE 754 has it, in the usual rounding and without flushing to zero. Products and sums stay apart
// but where std::fma joins them: GCC and Clang are told so below. Clang with -ffp-contract=fast does not listen, and on
// machines with such instructions run then returns a text. Without instructions for std::fma all is right, but slow.
#if defined(__FAST_MATH__) || defined(__ASSOCIATIVE_MATH__) || defined(__RECIPROCAL_MATH__) || \\
    defined(__NO_SIGNED_ZEROS__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__)
#error "-ffast-math and what it is made of take NaN for impossible and add in any order: the results would be others"
#endif
#if defined(__FLT_EVAL_METHOD__) && __FLT_EVAL_METHOD__ != 0 && __FLT_EVAL_METHOD__ != 16
#error "float is computed as a wider type here (-mfpmath=387): the results would be others; use -mfpmath=sse"
#endif
#if defined(__clang__)
#pragma float_control(push)
#pragma float_control(precise, on)
#pragma clang fp contract(off)
#define NETWORK_LOOP
#elif defined(__GNUC__)
#pragma GCC push_options
#pragma GCC optimize("fp-contract=off")
#define NETWORK_LOOP _Pragma("GCC unroll 1")  // a loop of 16 becomes vectors, not 16 numbers
#else
#define NETWORK_LOOP
#endif
"""

TAIL = """
#undef NETWORK_LOOP
#if defined(__clang__)
#pragma float_control(pop)
#elif defined(__GNUC__)
#pragma GCC pop_options
#endif
"""
