/* The C interface from C: what Fortran, Julia and others see.
     c_api FOLDER */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lading/lading.h"

static int checks, failures;
#define CHECK(condition)                                                            \
  do {                                                                              \
    ++checks;                                                                       \
    if (!(condition)) ++failures, printf("c_api.c:%d: %s\n", __LINE__, #condition); \
  } while (0)

static int said(lading_error* error, int code, const char* text) {
  const int same = error && lading_error_code(error) == code && !strcmp(lading_error_text(error), text);
  if (!same) printf("said: %s\nwanted: %s\n", lading_error_text(error), text);
  lading_error_free(error);
  return same;
}

static void test_entry(const lading_model* model) {
  lading_error* error = NULL;
  lading_session* session = lading_session_new(model, &error);
  lading_variable pt, eta;
  lading_label p_b;
  const int64_t lengths[2] = {0, 8};
  const int track = lading_find_axis(model, "track", &error);
  const lading_slots* slots = lading_session_slots(session);
  CHECK(session && track == 1);
  pt.size = eta.size = sizeof pt, p_b.size = sizeof p_b;
  CHECK(!lading_find_variable(model, "jets", "pt", "MeV", NULL, 0, &pt, &error));
  CHECK(!lading_find_variable(model, "jets", "eta", NULL, NULL, 0, &eta, NULL));
  CHECK(!lading_find_variable(model, "jets", "eta", "", NULL, 0, &eta, &error));
  CHECK(!lading_find_label(model, "score", "p_b", NULL, 0, &p_b, &error));
  CHECK(strcmp(lading_label_name(model, p_b.output, p_b.element), "p_b") == 0);
  CHECK(!lading_reserve(session, 1, lengths, 2, &error) && !lading_resize(session, track, 1, &error));
  CHECK(lading_set_double(session, &pt, 5, 1, &error));
  CHECK(said(error, LADING_VALUE, "variable 'pt' of input 'jets': element 5 is beyond its 1; call resize first"));
  CHECK(lading_run(session, &error));
  CHECK(said(error, LADING_VALUE,
             "variable 'pt' of input 'jets' was not set since the last run; set every variable before each run"));
  CHECK(!lading_set_double(session, &pt, 0, 3000, &error) && !lading_set_integer(session, &eta, 0, 1, NULL));
  CHECK(lading_column_count(model) == 4 && slots[2].items == 1);
  ((float*)slots[2].data)[0] = 0.5f; /* a plain slot may be stored directly */
  ((float*)slots[3].data)[0] = 1.5f;
  CHECK(!lading_run(session, &error));
  CHECK(lading_session_results(session)[p_b.output].items == 1);
  CHECK(((const float*)lading_session_results(session)[p_b.output].data)[p_b.element] > 0);
  CHECK(lading_session_memory(session) > 0 && lading_session_flags(session) == 0);
  CHECK(lading_resize(session, 7, 1, &error));
  CHECK(said(error, LADING_NAME, "axis number 7 is no sequence of this model; look it up by name"));
  lading_session_free(session);
}

static void test_descriptions(const lading_model* model) {
  lading_column column;
  lading_output output;
  column.size = sizeof column, output.size = sizeof output;
  CHECK(!lading_describe_column(model, 0, &column) && !strcmp(column.variable, "pt") && !strcmp(column.unit, "GeV"));
  CHECK(lading_describe_column(model, 99, &column) && lading_describe_output(model, -1, &output));
  CHECK(!lading_describe_output(model, 1, &output) && output.axis == 1 && output.width == 1);
  CHECK(!strcmp(output.description, "") && output.size == sizeof output);
  CHECK(!strcmp(lading_axis_name(model, 1), "track") && !lading_axis_name(model, 0) && !lading_axis_name(model, 9));
  CHECK(!lading_label_name(model, 0, -1) && !lading_label_name(model, 0, 99) && !lading_label_name(model, 99, 0));
  lading_form form; /* jets [1, 2], tracks [track, 3], mask [track]; weight [track] */
  form.size = sizeof form;
  CHECK(!lading_describe_tensor(model, 0, 1, &form) && !strcmp(form.name, "tracks") && form.type == LADING_FLOAT32);
  CHECK(form.rank == 2 && form.dims[0] == -1 && form.axes[0] == 1 && form.dims[1] == 3 && form.axes[1] == -1);
  CHECK(!lading_describe_tensor(model, 0, 2, &form) && form.rank == 1 && form.axes[0] == 1 && form.size == sizeof form);
  CHECK(!lading_describe_tensor(model, 1, 1, &form) && !strcmp(form.name, "weight") && form.dims[0] == -1);
  CHECK(lading_describe_tensor(model, 0, 3, &form) && lading_describe_tensor(model, 1, 2, &form));
  form.size = 0;
  CHECK(lading_describe_tensor(model, 0, 0, &form) && lading_describe_tensor(model, 0, -1, &form));
  CHECK(lading_axis_maximum(model, 1) == 20 && lading_input_count(model) == 3 && lading_axis_count(model) == 2);
}

static void test_refusals(const lading_model* model) {
  lading_error* error = NULL;
  lading_variable no_size;
  lading_label label;
  no_size.size = 0, label.size = sizeof label;
  CHECK(lading_find_variable(model, "jets", "eta", "", NULL, 0, &no_size, &error));
  CHECK(said(error, LADING_INVALID, "lading_variable: set its size before the call, to sizeof(lading_variable)"));
  CHECK(lading_find_label(model, NULL, NULL, NULL, 0, &label, &error));
  CHECK(said(error, LADING_NAME, "output '' is not in model 'attention' (has: 'score', 'weight')"));
  CHECK(lading_find_axis(model, "jet", NULL) == -1);
  CHECK(!lading_load(NULL, NULL, &error));
  CHECK(lading_error_code(error) == LADING_MISSING_FILE);
  lading_error_free(error);
  lading_error_free(NULL), lading_model_free(NULL), lading_session_free(NULL);
}

int main(int count, char** arguments) {
  char path[4096];
  lading_error* error = NULL;
  lading_options options = {sizeof options, 1 << 20};
  lading_model* model;
  if (count != 2) return 2;
  CHECK(lading_abi() == 1 && lading_numerics() >= 1 && strlen(lading_version()) >= 5 && strlen(lading_isa()) > 0);
  snprintf(path, sizeof path, "%s/attention", arguments[1]);
  model = lading_load(path, &options, &error);
  CHECK(model && !strcmp(lading_model_name(model), "attention") && lading_model_memory(model) < 1 << 20);
  test_entry(model);
  test_descriptions(model);
  test_refusals(model);
  lading_model_free(model);
  printf("%d checks, %d failures\n", checks, failures);
  return failures != 0;
}
