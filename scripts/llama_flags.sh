#!/usr/bin/env bash
# Prints the compiler flags that llama.cpp needs on this machine; nothing on most.
#
# llama.cpp is compiled for the processor that it finds. On one with AMX its tile configuration is lost when GCC 12
# (Debian 12) optimises it: ldtilecfg reads half-written memory, and the first question ends the process with a general
# protection fault (llama-cpp-python 0.3.36, seen 2026-11-21). So AMX is left out; AVX-512 VNNI does the work.
set -euo pipefail
without="-mno-amx-tile -mno-amx-int8 -mno-amx-bf16"
compiler="${CXX:-c++}"
if "$compiler" -march=native -dM -E -x c++ /dev/null 2>/dev/null | grep -q __AMX_INT8__ &&
  "$compiler" $without -fsyntax-only -x c++ /dev/null 2>/dev/null; then
  echo "$without"
fi
