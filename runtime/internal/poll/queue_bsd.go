//go:build darwin || freebsd || netbsd || openbsd

package poll

import "golang.org/x/sys/unix"

// mostQueued is how many connections a listening socket can hold that wait to be accepted: half as many again as the limit says.
func mostQueued() int {
	for _, name := range []string{"kern.ipc.somaxconn", "kern.somaxconn"} {
		if n, err := unix.SysctlUint32(name); err == nil && n < Backlog {
			return min(int(n+n/2)+1, Backlog)
		}
	}
	return Backlog
}
