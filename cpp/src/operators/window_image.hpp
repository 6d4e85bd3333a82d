// How a convolution reads its input: a window's element k stands at a fixed distance from the window's first one, so
// that with the windows side by side, element k of all of them is one run of numbers. Where there are strides or
// padding this holds for an image of the input, made in scratch: padded, and with the elements that a stride skips
// put elsewhere, [channel][phases...][entry][places...], where place j of phase p is element j * stride + p.
#pragma once
#include <algorithm>

#include "operators/windows.hpp"

namespace lading {

class WindowImage {
 public:
  // The image of one entry is the input itself if `copied` is not set, which takes windows that allow it.
  WindowImage(const Windows& windows, std::int64_t entries, bool copied) : windows_(windows), copied_(copied) {
    std::int64_t pitch = 1;
    for (int i = windows.rank - 1; i >= 0; --i) {
      const WindowAxis& axis = windows[i];
      pitch_[i] = pitch;
      pitch *= copied ? (used(axis) + axis.stride - 1) / axis.stride : axis.length;
    }
    entry_pitch_ = pitch;
    pitch *= entries;
    for (int i = windows.rank - 1; i >= 0; --i) {
      phase_pitch_[i] = pitch;
      if (copied) pitch *= std::min(windows[i].stride, used(windows[i]));
    }
    channel_pitch_ = pitch;
  }
  static bool needed(const Windows& windows) {
    for (int i = 0; i < windows.rank; ++i)
      if (windows[i].stride != 1 || windows[i].before || used(windows[i]) > windows[i].length) return true;
    return false;
  }

  // From one window to the next, from one entry and one channel to the next.
  std::int64_t pitch(int axis) const { return pitch_[static_cast<std::size_t>(axis)]; }
  std::int64_t entry_pitch() const { return entry_pitch_; }
  std::int64_t channel_pitch() const { return channel_pitch_; }
  // at[(channel, k...)]: distance of that element from the window's first one.
  void measure(std::int64_t channels, std::int64_t* at) const {
    for (std::int64_t channel = 0; channel < channels; ++channel) at = measure(0, channel * channel_pitch_, at);
  }
  // Copies one entry [channels][lengths...]; the padding must be 0 already.
  template <class T> void copy(const T* x, std::int64_t channels, std::int64_t entry, T* image) const {
    std::int64_t size = 1;
    for (int i = 0; i < windows_.rank; ++i) size *= windows_[i].length;
    image += entry * entry_pitch_;
    for (std::int64_t channel = 0; channel < channels; ++channel, x += size, image += channel_pitch_)
      copy_axis(0, x, size, image);
  }

 private:
  static std::int64_t used(const WindowAxis& axis) {  // elements that some window reaches, padding included
    return std::max<std::int64_t>(0, (axis.windows - 1) * axis.stride + axis.reach());
  }
  std::int64_t place(int i, std::int64_t element) const {
    if (!copied_) return element * pitch(i);
    return element % windows_[i].stride * phase_pitch_[static_cast<std::size_t>(i)] +
           element / windows_[i].stride * pitch(i);
  }
  std::int64_t* measure(int i, std::int64_t from, std::int64_t* at) const {
    if (i == windows_.rank) {
      *at = from;
      return at + 1;
    }
    for (std::int64_t k = 0; k < windows_[i].kernel; ++k)
      at = measure(i + 1, from + place(i, k * windows_[i].dilation), at);
    return at;
  }
  template <class T> void copy_axis(int i, const T* x, std::int64_t size, T* image) const {
    const WindowAxis& axis = windows_[i];
    const std::int64_t end = std::min(axis.length, used(axis) - axis.before),
                       inner = axis.length ? size / axis.length : 0;
    if (i + 1 < windows_.rank) {
      for (std::int64_t j = 0; j < end; ++j) copy_axis(i + 1, x + j * inner, inner, image + place(i, j + axis.before));
      return;
    }
    if (axis.stride == 1) {
      if (end > 0) std::copy_n(x, end, image + axis.before);
      return;
    }
    for (std::int64_t first = 0; first < std::min(axis.stride, end); ++first) {
      T* to = image + place(i, first + axis.before);
      for (std::int64_t j = first; j < end; j += axis.stride) *to++ = x[j];
    }
  }

  const Windows& windows_;
  bool copied_;
  std::array<std::int64_t, max_rank> pitch_{}, phase_pitch_{};
  std::int64_t entry_pitch_ = 0, channel_pitch_ = 0;
};

}  // namespace lading
