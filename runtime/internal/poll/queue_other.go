//go:build !(linux || darwin || freebsd || netbsd || openbsd)

package poll

// mostQueued is how many connections a listening socket can hold that wait to be accepted, as far as it is known.
func mostQueued() int { return Backlog }
