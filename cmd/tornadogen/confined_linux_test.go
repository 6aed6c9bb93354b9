package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// confinedName is the name under which the test binary is the command, but may write below the folder of its first argument alone, and is
// killed as soon as it asks for a socket or for another program.
const confinedName = "tornadogen-confined"

// confinedStep tells the process that it may write there alone already.
const confinedStep = "TORNADOGEN_CONFINED"

func init() {
	programs[confinedName] = confined
}

// confined gives rights up in two steps. Those of files are of a thread, which the next program takes over; of the threads of that, all
// lose sockets and programs at once.
func confined() {
	if os.Getenv(confinedStep) == "" {
		runtime.LockOSThread()
		must(writeBelow(os.Args[1]))
		must(syscall.Exec("/proc/self/exe", os.Args, append(os.Environ(), confinedStep+"=1")))
	}
	must(neither(unix.SYS_SOCKET, unix.SYS_SOCKETPAIR, unix.SYS_CONNECT, unix.SYS_IO_URING_SETUP, unix.SYS_EXECVE, unix.SYS_EXECVEAT))
	os.Args = append([]string{"tornadogen"}, os.Args[2:]...)
	if os.Args[1] == "attempt" {
		must(attempt(os.Args[2], os.Args[3]))
		return
	}
	main()
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "confined:", err)
		os.Exit(exitAttempt)
	}
}

const exitAttempt = 99 // no exit code of the command

// attempt does what the command must not.
func attempt(what, path string) error {
	switch what {
	case "write":
		return os.WriteFile(path, nil, 0o600)
	case "append":
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
		return errors.Join(err, f.Close())
	case "remove":
		return os.Remove(path)
	case "rename":
		return os.Rename(path, path+".moved")
	case "link":
		return os.Symlink("/etc", path+".link")
	case "dial":
		_, err := net.Dial("tcp", "127.0.0.1:1")
		return err
	case "look up":
		_, err := net.LookupHost("example.com")
		return err
	case "run":
		return syscall.Exec("/bin/true", []string{"true"}, nil)
	}
	return fs.ErrInvalid
}

// writeBelow restricts the thread, and the programs that it becomes, to writing below a folder, by Landlock (landlock(7)). Reading stays free.
func writeBelow(dir string) error {
	const abi3 = unix.LANDLOCK_ACCESS_FS_WRITE_FILE | unix.LANDLOCK_ACCESS_FS_REMOVE_DIR | unix.LANDLOCK_ACCESS_FS_REMOVE_FILE |
		unix.LANDLOCK_ACCESS_FS_MAKE_CHAR | unix.LANDLOCK_ACCESS_FS_MAKE_DIR | unix.LANDLOCK_ACCESS_FS_MAKE_REG | unix.LANDLOCK_ACCESS_FS_MAKE_SOCK |
		unix.LANDLOCK_ACCESS_FS_MAKE_FIFO | unix.LANDLOCK_ACCESS_FS_MAKE_BLOCK | unix.LANDLOCK_ACCESS_FS_MAKE_SYM | unix.LANDLOCK_ACCESS_FS_REFER |
		unix.LANDLOCK_ACCESS_FS_TRUNCATE
	rules := unix.LandlockRulesetAttr{Handled_access_fs: abi3}
	set, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&rules)), unsafe.Sizeof(rules.Handled_access_fs), 0)
	if errno != 0 {
		return fmt.Errorf("landlock: %w", errno)
	}
	folder, err := unix.Open(dir, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("%s: %w", dir, err)
	}
	below := unix.LandlockPathBeneathAttr{Allowed_access: abi3, Parent_fd: int32(folder)}
	if _, _, errno := unix.Syscall6(unix.SYS_LANDLOCK_ADD_RULE, set, unix.LANDLOCK_RULE_PATH_BENEATH, uintptr(unsafe.Pointer(&below)), 0, 0, 0); errno != 0 {
		return fmt.Errorf("landlock: %w", errno)
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	if _, _, errno := unix.Syscall(unix.SYS_LANDLOCK_RESTRICT_SELF, set, 0, 0); errno != 0 {
		return fmt.Errorf("landlock: %w", errno)
	}
	return nil
}

// neither has the process killed that makes one of the system calls, by seccomp(2).
func neither(calls ...uint32) error {
	const number = 0 // of the call, in struct seccomp_data
	program := []unix.SockFilter{{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: number}}
	for i, call := range calls {
		program = append(program, unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: call, Jt: uint8(len(calls) - i)})
	}
	program = append(program, unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
		unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_KILL_PROCESS})
	filter := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&filter)))
	if errno != 0 {
		return fmt.Errorf("seccomp: %w", errno)
	}
	return nil
}

// confine runs the command, which may write below out, and says how it ended.
func confine(t *testing.T, program, out string, args ...string) (state *os.ProcessState, said string) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 5*hostileTime) // how long it takes is for TestHostileDocuments
	defer stop()
	cmd := exec.CommandContext(ctx, program, append([]string{out}, args...)...)
	cmd.Dir = filepath.Dir(out)
	var text bytes.Buffer
	cmd.Stdout, cmd.Stderr = &text, &text
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil {
		require.ErrorAs(t, err, &exit)
	}
	require.NoError(t, ctx.Err())
	return cmd.ProcessState, text.String()
}

// confinedProgram is the command that is confined. A kernel that was built without Landlock cannot be given it: the test is left out there.
// Whatever else is missing is told of in CI.
func confinedProgram(t *testing.T) string {
	t.Helper()
	program := asProgram(t, confinedName)
	state, said := confine(t, program, t.TempDir(), "version")
	if state.ExitCode() == exitAttempt {
		why := "this system confines no process, so that nobody would see what the command does: " + said
		if !strings.Contains(said, "landlock: "+unix.ENOSYS.Error()) && !strings.Contains(said, "landlock: "+unix.EOPNOTSUPP.Error()) {
			require.Empty(t, os.Getenv("CI"), why)
		}
		t.Skip(why)
	}
	require.True(t, state.Success(), said)
	return program
}

// TestConfinement holds the oracle of TestConfinedCommand against what it has to notice.
func TestConfinement(t *testing.T) {
	program := confinedProgram(t)
	for _, what := range []string{"write", "append", "remove", "rename", "link"} {
		t.Run(what, func(t *testing.T) {
			top := t.TempDir()
			out := filepath.Join(top, "out")
			require.NoError(t, os.Mkdir(out, 0o700))
			for folder, code := range map[string]int{top: exitAttempt, out: 0} {
				path := filepath.Join(folder, "file")
				require.NoError(t, os.WriteFile(path, []byte("text"), 0o600))
				before := tree(t, folder)
				state, said := confine(t, program, out, "attempt", what, path)
				require.Equal(t, code, state.ExitCode(), said)
				if code != 0 {
					assert.Contains(t, said, "permission denied")
					assert.Equal(t, before, tree(t, folder))
				}
			}
		})
	}
	for _, what := range []string{"dial", "look up", "run"} {
		t.Run(what, func(t *testing.T) {
			state, said := confine(t, program, t.TempDir(), "attempt", what, "")
			assert.Equal(t, syscall.SIGSYS, state.Sys().(syscall.WaitStatus).Signal(), said)
		})
	}
	t.Run("remote", func(t *testing.T) { // who allows it reads from the network
		out := t.TempDir()
		document, err := filepath.Abs("../../golden/invalid/network_reference/openapi.yaml")
		require.NoError(t, err)
		state, said := confine(t, program, out, "generate", document, "--out", out, "--package", "api", "--allow-remote")
		assert.Equal(t, syscall.SIGSYS, state.Sys().(syscall.WaitStatus).Signal(), said)
	})
}

// network matches what refers to a place on the network.
var network = regexp.MustCompile(`"?\$ref"?:\s*["']?[A-Za-z]*:?//`)

// confinedDocuments are those of the project that mean harm, and with CORPUS, which is no part of it, those of its folder bad and the ones
// that refer to the network.
func confinedDocuments(t *testing.T) (paths []string) {
	t.Helper()
	for _, pattern := range []string{"testdata/hostile/*.yaml", "../../golden/invalid/*/openapi.*", "../../golden/injection/openapi.yaml"} {
		found, err := filepath.Glob(pattern)
		require.NoError(t, err)
		require.NotEmpty(t, found, pattern)
		paths = append(paths, found...)
	}
	corpus := os.Getenv("CORPUS")
	if corpus == "" {
		return paths
	}
	bad, err := os.ReadFile(filepath.Join(corpus, "bad", "MANIFEST.tsv"))
	require.NoError(t, err)
	for _, row := range strings.Split(strings.TrimSpace(string(bad)), "\n")[1:] {
		name, _, _ := strings.Cut(row, "\t")
		paths = append(paths, filepath.Join(corpus, "bad", name))
	}
	require.NoError(t, filepath.WalkDir(filepath.Join(corpus, "dev"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasPrefix(d.Name(), "openapi.") {
			return err
		}
		text, err := os.ReadFile(path)
		if network.Match(text) {
			paths = append(paths, path)
		}
		return err
	}))
	return paths
}

// TestConfinedCommand validates documents that mean harm, and generates from them, where no socket can be made, no program run, and nothing
// be written outside of --out: the command does not try.
func TestConfinedCommand(t *testing.T) {
	program := confinedProgram(t)
	for _, path := range confinedDocuments(t) {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			document, err := filepath.Abs(path)
			require.NoError(t, err)
			top := t.TempDir()
			out := filepath.Join(top, "out")
			require.NoError(t, os.Mkdir(out, 0o700))
			for _, args := range [][]string{{"validate", document}, {"generate", document, "--out", out, "--package", "api"}} {
				state, said := confine(t, program, out, args...)
				assert.True(t, state.Exited(), "%s: %v, as of a call that it must not make", args[0], state)
				assert.Contains(t, []int{exitOK, exitRefused}, state.ExitCode(), said)
				assert.NotContains(t, said, "panic:")
				assert.NotContains(t, said, "permission denied")
				assert.Len(t, tree(t, top), 1)
				if args[0] == "validate" || state.ExitCode() == exitRefused {
					assert.Empty(t, tree(t, out))
				} else {
					assert.Contains(t, tree(t, out), manifestName)
				}
			}
		})
	}
}
