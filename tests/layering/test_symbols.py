"""What the compiled rooms of sim/ import, and that they hold no variable that outlives a call."""
import os
import re
import shutil
import subprocess
import tempfile
import textwrap
import unittest

from _house import BUILD, SIM, folder

# C names, exactly; our own methods of such a name are mangled.
FORBIDDEN_C = set("""
    clock clock_gettime clock_getres clock_nanosleep gettimeofday time times localtime localtime_r gmtime gmtime_r
    mktime strftime nanosleep usleep sleep alarm setitimer timer_create timerfd_create select poll epoll_create
    epoll_create1 epoll_wait
    socket socketpair bind listen accept accept4 connect send sendto sendmsg recv recvfrom recvmsg shutdown
    getaddrinfo gethostbyname getsockopt setsockopt ioctl fcntl fcntl64
    open open64 openat openat64 creat close read write pread pread64 pwrite pwrite64 readv writev lseek lseek64
    stat stat64 fstat fstat64 lstat unlink rename mkdir mmap mmap64 dup dup2 pipe
    fopen fopen64 fdopen freopen fclose fread fwrite fgets fputs fputc putc putchar puts printf fprintf vprintf
    vfprintf scanf fscanf fflush perror stdin stdout stderr tmpfile mkstemp opendir readdir
    __printf_chk __fprintf_chk __vfprintf_chk __open_2 __read_chk __fread_chk
    fork vfork execve execvp posix_spawn system popen kill raise signal sigaction
    thrd_create mtx_lock cnd_wait dlopen dlsym
    rand srand rand_r random srandom drand48 lrand48 arc4random getrandom getentropy
    getenv secure_getenv setenv putenv environ getpid getuid uname sysconf
""".split())
FORBIDDEN_C_PATTERN = re.compile(r"pthread_\w+|sem_\w+|__gthread\w+")
# Demangled C++ names, by how they begin.
FORBIDDEN_CPP = re.compile(r"""
      std::chrono::_V2::(system|steady)_clock | std::random_device | std::(__cxx11::)?basic_random
    | std::thread | std::this_thread | std::condition_variable | std::_V2::condition_variable | std::mutex
    | std::__basic_future | std::__future_base | std::__atomic_futex
    | std::basic_[io]?fstream | std::basic_filebuf | std::__basic_file | std::filesystem | std::__fs
    | std::(cin|cout|cerr|clog|wcout|wcerr)\b
    | std::from_chars\(.*,\s(float|double|long\ double)& | std::to_chars\(.*,\s(float|double|long\ double)
    | (boost::)(asio|filesystem|random::random_device|chrono|thread|this_thread)
""", re.VERBOSE)


def forbidden_imports(archive):
    """The undefined symbols of an object or library that sim/ may not import."""
    # Not nm, which may show what the link-time optimiser's half of an object says of itself.
    listing = subprocess.run(["objdump", "--syms", archive], check=True, text=True, capture_output=True).stdout
    names = sorted(set(re.findall(r"\*UND\*\s+[0-9a-f]+\s+(?:\.hidden )?(\S+)$", listing, re.MULTILINE)))
    readable = subprocess.run(["c++filt"], input="\n".join(names), text=True, check=True,
                              capture_output=True).stdout.splitlines()
    return [plain for name, plain in zip(names, readable)
            if name in FORBIDDEN_C or FORBIDDEN_C_PATTERN.fullmatch(name) or
            (name.startswith("_Z") and FORBIDDEN_CPP.match(plain))]


def variables(archive):
    """Objects in writable memory: globals, and static locals that are not constexpr."""
    listing = subprocess.run(["objdump", "--syms", "--demangle", archive], check=True, text=True, capture_output=True)
    # value, seven columns of flags (the last is O for an object, or blank in thread-local sections), section, size, name
    entry = re.compile(r"^[0-9a-f]+ .{5}[^d][O ] (\.t?(?:data|bss)\S*)\s+[0-9a-f]+\s+(?:\.hidden )?(.+)$")
    found = (entry.match(line) for line in listing.stdout.splitlines())
    # The last one is <iostream>'s, which Boost.Random includes.
    ours = (m.group(2) for m in found if m and not m.group(1).startswith(".data.rel.ro"))
    return [name for name in ours if not name.startswith(("DW.ref.", ".t", "std::__ioinit"))]


def libraries():
    return [path for room in SIM if (path := BUILD / "sim" / room / f"libtcplab_{room}.a").exists()]


class Library(unittest.TestCase):
    def test_there_is_a_library_for_every_room_with_sources(self):
        expected = {room for room in SIM if any(folder(room).rglob("*.cpp"))}
        self.assertEqual({path.parent.name for path in libraries()}, expected)

    def test_imports(self):
        for path in libraries():
            with self.subTest(room=path.parent.name):
                self.assertEqual(forbidden_imports(path), [])

    def test_no_global_variables(self):
        for path in libraries():
            with self.subTest(room=path.parent.name):
                self.assertEqual(variables(path), [])


class CanFail(unittest.TestCase):
    """The checks above find what they look for."""

    @classmethod
    def setUpClass(cls):
        cls.compiler = shutil.which("g++") or shutil.which("clang++")
        cls.folder = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, cls.folder)

    def compile(self, text):
        out = os.path.join(self.folder, "planted.o")
        subprocess.run([self.compiler, "-std=c++20", "-O2", "-x", "c++", "-c", "-", "-o", out], check=True, text=True,
                       input=textwrap.dedent(text))
        return out

    def assert_import(self, text, name):
        self.assertTrue(any(name in f for f in forbidden_imports(self.compile(text))), f"{name} went unnoticed")

    def test_c_symbols(self):
        self.assert_import("#include <ctime>\nlong f() { return std::time(nullptr); }", "time")
        self.assert_import("#include <time.h>\nlong f(timespec* t) { return clock_gettime(CLOCK_REALTIME, t); }",
                           "clock_gettime")
        self.assert_import("#include <sys/socket.h>\nint f() { return socket(AF_INET, SOCK_STREAM, 0); }", "socket")
        self.assert_import("#include <cstdlib>\nint f() { return std::rand(); }", "rand")
        self.assert_import("#include <cstdlib>\nchar* f() { return std::getenv(\"HOME\"); }", "getenv")
        self.assert_import("#include <cstdio>\nvoid f(int i) { std::printf(\"%d\", i); }", "printf")
        self.assert_import("#include <mutex>\nstd::mutex m; void f() { m.lock(); }", "pthread_mutex_lock")

    def test_cpp_symbols(self):
        self.assert_import("#include <chrono>\nauto f() { return std::chrono::steady_clock::now(); }", "steady_clock")
        self.assert_import("#include <chrono>\nauto f() { return std::chrono::system_clock::now(); }", "system_clock")
        self.assert_import("#include <random>\nauto f() { std::random_device d; return d(); }", "random_device")
        self.assert_import("#include <thread>\nvoid f() { std::thread([] {}).join(); }", "std::thread")
        self.assert_import("#include <fstream>\nvoid f() { std::ofstream(\"x\") << 1; }", "std::basic_ofstream")
        self.assert_import("#include <iostream>\nvoid f() { std::cout << 1; }", "std::cout")
        self.assert_import("#include <charconv>\nvoid f(double& d, const char* s) { std::from_chars(s, s + 1, d); }",
                           "std::from_chars")

    def test_our_own_names_are_allowed(self):
        planted = self.compile("""
            #include <charconv>
            #include <string>
            namespace tcplab {
            struct Socket { int connect(); int read(); int write(); int close(); };
            long time(long);
            int f(Socket& s) { return s.connect() + s.read() + s.write() + s.close() + static_cast<int>(time(1)); }
            std::string g(int i) { return std::to_string(i) + "x"; }
            void h(long& i, const char* s) { std::from_chars(s, s + 1, i); }
            }
        """)
        self.assertEqual(forbidden_imports(planted), [])

    def test_variables(self):
        planted = self.compile("""
            #include <string>
            #include <string_view>
            int counter;
            static int runs = 3;
            int next() { static int calls; return ++calls + runs++; }
            thread_local int mine = 1;
            const std::string& name() { static const std::string text(100, 'x'); return text; }
            constexpr std::string_view kTable[] = {"a", "b"};
            std::string_view at(int i) { return kTable[i]; }
            struct Base { virtual ~Base(); };
            Base::~Base() {}
            extern const int limit = 5;
        """)
        found = variables(planted)
        for name in ("counter", "runs", "next()::calls", "mine", "text"):
            self.assertTrue(any(name in f for f in found), f"{name} went unnoticed in {found}")
        for name in ("kTable", "vtable", "limit"):
            self.assertFalse(any(name in f for f in found), f"{name} was taken for a variable")


if __name__ == "__main__":
    unittest.main()
