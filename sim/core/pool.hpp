#pragma once

#include <utility>

namespace tcplab {

/// Objects to lend. What comes back keeps the memory that it has, so that nothing is allocated when it is lent again. T
/// has clear(), which makes it as good as new. The pool outlives what it has lent.
template <class T>
class Pool {
    struct Block {
        T object;
        Pool* home = nullptr;
        Block* next = nullptr;  // of those at home
    };

  public:
    /// An object that was lent, or none. It goes back when this ends.
    class Lent {
      public:
        Lent() = default;
        Lent(Lent&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
        Lent& operator=(Lent&& other) noexcept {
            if (this != &other) {
                give_back();
                block_ = std::exchange(other.block_, nullptr);
            }
            return *this;
        }
        Lent(const Lent&) = delete;
        Lent& operator=(const Lent&) = delete;
        ~Lent() { give_back(); }

        explicit operator bool() const { return block_ != nullptr; }
        T* operator->() const { return &block_->object; }
        T& operator*() const { return block_->object; }
        void give_back() {
            if (block_ == nullptr) return;
            block_->object.clear();
            block_->next = block_->home->free_;
            block_->home->free_ = block_;
            block_ = nullptr;
        }

      private:
        friend class Pool;
        explicit Lent(Block* block) : block_(block) {}
        Block* block_ = nullptr;
    };

    Pool() = default;
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;
    ~Pool() {
        while (free_ != nullptr) delete std::exchange(free_, free_->next);
    }

    Lent take() {
        if (free_ == nullptr) {
            auto* const made = new Block;
            made->home = this;
            return Lent(made);
        }
        return Lent(std::exchange(free_, free_->next));
    }

  private:
    Block* free_ = nullptr;
};

}  // namespace tcplab
