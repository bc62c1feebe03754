#include "allocation/counting_new.hpp"

#include <cstddef>
#include <cstdlib>
#include <new>

#if defined(__SANITIZE_ADDRESS__)
#define TCPLAB_OWN_NEW 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TCPLAB_OWN_NEW 0
#endif
#endif
#ifndef TCPLAB_OWN_NEW
#define TCPLAB_OWN_NEW 1
#endif

namespace {
std::uint64_t calls = 0;  // one thread only
}  // namespace

const bool tcplab::counts_allocations = TCPLAB_OWN_NEW != 0;

std::uint64_t tcplab::allocations() { return calls; }

#if TCPLAB_OWN_NEW

// operator new[] and those that do not throw come here, too.
void* operator new(std::size_t size) {
    ++calls;
    if (void* memory = std::malloc(size)) return memory;
    throw std::bad_alloc();
}

void* operator new(std::size_t size, std::align_val_t alignment) {
    ++calls;
    const auto align = static_cast<std::size_t>(alignment);
    if (void* memory = std::aligned_alloc(align, (size + align - 1) / align * align)) return memory;
    throw std::bad_alloc();
}

void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

#endif
