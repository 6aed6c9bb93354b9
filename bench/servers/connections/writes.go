package main

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"

	tornado "github.com/tornadogen/tornadogen/runtime"
)

// writeToAll is what a broadcast is held against: the same frame, by a bare loop of write(2) over the descriptors of all sockets.
// It goes behind the back of the runtime, which must not be writing. Who asks for it comes from an address of its own.
func (h *handler) writeToAll(ctx context.Context) error {
	asking, err := netip.ParseAddrPort(tornado.Raw(ctx).RemoteAddr().String())
	if err != nil {
		return err
	}
	descriptors, err := h.descriptors(asking.Addr())
	if err != nil {
		return err
	}
	text := broadcast.AppendJSON(nil)
	frame := append([]byte{0x81, 126, byte(len(text) >> 8), byte(len(text))}, text...) // RFC 6455 section 5.2
	for _, fd := range descriptors {
		n, _, errno := unix.RawSyscall(unix.SYS_WRITE, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(frame))), uintptr(len(frame)))
		if errno != 0 || int(n) != len(frame) {
			return fmt.Errorf("write: %d of %d bytes: %w", n, len(frame), errno)
		}
	}
	return nil
}

// descriptors finds those of the sockets, once for as many as there are: looking is no part of what is measured. They are those of
// all connections that do not come from except.
func (h *handler) descriptors(except netip.Addr) ([]int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.found) == len(h.sockets) {
		return h.found, nil
	}
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return nil, err
	}
	h.found = nil
	for _, entry := range entries {
		fd, err := strconv.Atoi(entry.Name())
		if err != nil {
			return nil, err
		}
		peer, err := unix.Getpeername(fd)
		if err != nil {
			continue // it is no connection
		}
		if at, ok := peer.(*unix.SockaddrInet4); ok && netip.AddrFrom4(at.Addr) != except {
			h.found = append(h.found, fd)
		}
	}
	if len(h.found) != len(h.sockets) {
		return nil, fmt.Errorf("%d descriptors of %d sockets were found", len(h.found), len(h.sockets))
	}
	return h.found, nil
}
