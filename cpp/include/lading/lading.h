/* lading: run trained models from C, and from every language that can call C.

   Rules of this interface. Functions are only ever added. Structs begin with their size, which the caller
   sets; names ending in _free take null. A function that can fail takes `lading_error** error`: on failure
   it sets it (to be freed by the caller) and returns null, non-zero, or -1 where it gives a number; `error` may
   itself be null. No function throws, prints, starts a thread or keeps state of its own.

   Null is taken for `error`, `options`, names and units (""), `index` and `lengths` without a count, and for what a
   comment says; never for a model, a session, or what a call fills in.

   After an error a session is as it was before the call, but that a failed run leaves no slot set, and neither it nor
   a failed reserve any results. What was looked up in a model (variables, labels, axes) means nothing once that model
   is freed.

   A model may be shared by threads; a session belongs to one thread at a time. The caller's floating-point environment
   (rounding, flushing, traps, flags) has no part in a call and is as before when it returns. */
#ifndef LADING_H
#define LADING_H

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32)
#define LADING_API
#else
#define LADING_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lading_model lading_model;
typedef struct lading_session lading_session;
typedef struct lading_error lading_error;

/* clang-format off */
/* Number types. A slot holds float32, float64 or int64; tensors hold any of them. */
enum {
  LADING_FLOAT32 = 0, LADING_FLOAT64 = 1, LADING_FLOAT16 = 2, LADING_BFLOAT16 = 3, LADING_INT8 = 4, LADING_INT16 = 5,
  LADING_INT32 = 6, LADING_INT64 = 7, LADING_UINT8 = 8, LADING_UINT16 = 9, LADING_UINT32 = 10, LADING_UINT64 = 11,
  LADING_BOOL = 12
};

/* What went wrong: lading_error_code. */
enum {
  LADING_OK = 0, LADING_INVALID = 1, LADING_NAME = 2, LADING_UNIT = 3, LADING_VALUE = 4, LADING_MISSING_FILE = 5,
  LADING_MEMORY = 6, LADING_UNSUPPORTED = 7
};
/* clang-format on */

LADING_API int lading_abi(void);             /* version of this interface: 1 */
LADING_API const char* lading_version(void); /* version of the library */
LADING_API int lading_numerics(void);        /* version of the bits that it computes */
LADING_API const char* lading_isa(void);     /* instruction set in use: "avx512", "avx2", "baseline", "neon" */

LADING_API const char* lading_error_text(const lading_error* error);
LADING_API int lading_error_code(const lading_error* error);
LADING_API void lading_error_free(lading_error* error);

/* ---- models */

typedef struct lading_options {
  size_t size;         /* sizeof(lading_options) */
  size_t memory_limit; /* bytes that the model, or one session, may take; 0: 8 GiB */
} lading_options;

/* A bundle: its folder, its model.json, or one .lading file. */
LADING_API lading_model* lading_load(const char* path, const lading_options* options, lading_error** error);
/* A bundle in memory: the bytes of model.json and weights.safetensors. `weights` must outlive the model. */
LADING_API lading_model* lading_load_memory(const void* json, size_t json_size, const void* weights,
                                            size_t weights_size, const char* where, const lading_options* options,
                                            lading_error** error);
LADING_API void lading_model_free(lading_model* model);
LADING_API size_t lading_model_memory(const lading_model* model); /* bytes of weights, packed */
LADING_API const char* lading_model_name(const lading_model* model);

/* ---- names to numbers, once */

/* A slot that is set: a variable in a unit, or an element of an input without names. */
typedef struct lading_variable {
  size_t size;
  const lading_model* model; /* whose slot it is: sessions of another one refuse it */
  int32_t column;            /* index into lading_session_slots */
  int32_t type;              /* of the slot */
  int64_t width, element;    /* item i stands at i * width + element */
  int32_t plain;             /* 1: may be stored directly, without lading_set_* */
  int32_t conversion;        /* 0 none, 1 multiply, 2 divide */
  double factor;
} lading_variable;

/* A result that is read: a label, or an element of an output without labels. */
typedef struct lading_label {
  size_t size;
  const lading_model* model;
  int32_t output; /* index into lading_session_results */
  int32_t type;
  int64_t width, element; /* item i stands at i * width + element */
} lading_label;

/* `index`: which number of the variable, where its input has further fixed axes; else none. */
LADING_API int lading_find_variable(const lading_model* model, const char* input, const char* name, const char* unit,
                                    const int64_t* index, size_t count, lading_variable* variable,
                                    lading_error** error);
LADING_API int lading_find_element(const lading_model* model, const char* input, const int64_t* index, size_t count,
                                   lading_variable* variable, lading_error** error);
LADING_API int lading_find_label(const lading_model* model, const char* output, const char* name, const int64_t* index,
                                 size_t count, lading_label* label, lading_error** error);
LADING_API int lading_find_output_element(const lading_model* model, const char* output, const int64_t* index,
                                          size_t count, lading_label* label, lading_error** error);
/* A sequence axis: its number, or -1. */
LADING_API int lading_find_axis(const lading_model* model, const char* name, lading_error** error);

LADING_API int lading_column_count(const lading_model* model);
LADING_API int lading_axis_count(const lading_model* model);
LADING_API int lading_input_count(const lading_model* model);
LADING_API int lading_output_count(const lading_model* model);

typedef struct lading_column {
  size_t size;
  const char *input, *variable; /* variable: null where the input has no names */
  const char* unit;
  int32_t type;
  int32_t axis;  /* sequence axis that its items run along, or -1: one per entry */
  int64_t width; /* numbers of one item */
} lading_column;
LADING_API int lading_describe_column(const lading_model* model, int column, lading_column* description);

typedef struct lading_output {
  size_t size;
  const char* name;
  int32_t type;
  int32_t axis;            /* sequence axis, or -1 */
  int64_t width;           /* numbers of one item */
  const char* description; /* "" if the model says nothing */
} lading_output;
LADING_API int lading_describe_output(const lading_model* model, int output, lading_output* description);
/* The name of label `number` of an output, from 0; null if it has none, or not so many. */
LADING_API const char* lading_label_name(const lading_model* model, int output, int64_t number);
/* Its name if it is a sequence, else null. */
LADING_API const char* lading_axis_name(const lading_model* model, int axis);
/* Longest sequence that an axis keeps, or -1: unbounded. */
LADING_API int64_t lading_axis_maximum(const lading_model* model, int axis);

/* ---- one entry at a time */

typedef struct lading_slots {
  void* data;
  int64_t items; /* 1, or the length of the sequence */
} lading_slots;

LADING_API lading_session* lading_session_new(const lading_model* model, lading_error** error);
LADING_API void lading_session_free(lading_session* session);
/* Room for batches of `entries` (1: set and run) with sequences of these lengths, `lengths[axis]` for every axis (0
   where there is nothing to reserve). */
LADING_API int lading_reserve(lading_session* session, int64_t entries, const int64_t* lengths, size_t count,
                              lading_error** error);
LADING_API int lading_resize(lading_session* session, int axis, int64_t length, lading_error** error);
/* One per column, at an address that never changes; the contents do, in reserve and resize. */
LADING_API const lading_slots* lading_session_slots(lading_session* session);
LADING_API int lading_set_float(lading_session* session, const lading_variable* variable, int64_t item, float value,
                                lading_error** error);
LADING_API int lading_set_double(lading_session* session, const lading_variable* variable, int64_t item, double value,
                                 lading_error** error);
LADING_API int lading_set_integer(lading_session* session, const lading_variable* variable, int64_t item, int64_t value,
                                  lading_error** error);
/* Forgets what was set, and lengths. */
LADING_API void lading_clear(lading_session* session);
/* Afterwards, also if it failed, no slot counts as set; lengths of sequences stay. */
LADING_API int lading_run(lading_session* session, lading_error** error);
/* One per output: the numbers of the last run, and how many items they are (none after reserve or a failed run). */
LADING_API const lading_slots* lading_session_results(lading_session* session);
LADING_API size_t lading_session_memory(const lading_session* session);
/* Floating-point exceptions met inside runs so far: FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW of <fenv.h>. */
LADING_API int lading_session_flags(const lading_session* session);

/* ---- many entries */

typedef struct lading_feed {
  const void* data; /* item i at data + i * stride bytes, its numbers side by side */
  int64_t stride;
  int32_t type;
  int32_t conversion; /* as in lading_variable */
  double factor;
} lading_feed;

typedef struct lading_batch {
  size_t size;
  size_t feed_size; /* sizeof(lading_feed) */
  int64_t entries;
  const lading_feed* feeds;      /* per column */
  const int64_t* const* offsets; /* per axis: null, or entries + 1 places where sequences begin; or null */
  void* const* results;          /* per output: room for all items, or null; or null */
} lading_batch;

/* Entries [begin, end) of the batch, so that threads, each with its session, can share one. */
LADING_API int lading_run_batch(lading_session* session, const lading_batch* batch, int64_t begin, int64_t end,
                                lading_error** error);

/* ---- the graph itself, on tensors that are prepared already (tests and tools) */

typedef struct lading_tensor {
  size_t size;
  int32_t type;
  int32_t rank;
  int64_t dims[8];
  void* data;
} lading_tensor;
/* What one of them looks like. An axis that grows, with entries or with a sequence, has -1 in `dims` and its number in
   `axes` (lading_axis_name, which is null for entries); tensors that share it are equally long. Fixed: -1 in `axes`. */
typedef struct lading_form {
  size_t size;
  const char* name;
  int32_t type;
  int32_t rank;
  int64_t dims[8];
  int32_t axes[8];
} lading_form;
/* `output`: 0 of input `number`, 1 of output `number`. */
LADING_API int lading_describe_tensor(const lading_model* model, int output, int number, lading_form* form);
/* Outputs stay valid until the next call. */
LADING_API int lading_run_graph(lading_session* session, const lading_tensor* inputs, lading_tensor* outputs,
                                lading_error** error);

/* Steps that the graph became, in order: the nodes that each does, "dense_1 + relu_1", and its operator. A model with
   folds has none; those of its members have. */
LADING_API int lading_step_count(const lading_model* model);
LADING_API const char* lading_step_nodes(const lading_model* model, int step);
LADING_API const char* lading_step_operator(const lading_model* model, int step);
/* Runs the graph once and adds to nanoseconds[step] what each step took; nothing for what is only seen in another shape
   or follows from shapes. */
LADING_API int lading_time_graph(lading_session* session, const lading_tensor* inputs, double* nanoseconds,
                                 lading_error** error);

#ifdef __cplusplus
}
#endif
#endif
