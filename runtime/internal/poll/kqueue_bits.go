package poll

// What kqueue needs and every system can compile, so that its tests run on all.

// directionBits translates what is reported of one direction of a socket: that
// it has ended, and by an error.
func directionBits(reading, ended, failed bool) Bits {
	b := Out
	if reading {
		b = In
		if ended {
			b |= PeerClosed
		}
	}
	if ended && failed {
		b |= In | Out | Hangup
	}
	return b
}

// byDescriptor keeps data by descriptor: the kernel would keep a pointer, and
// there is none. An event that was reported for a descriptor that has been
// closed since cannot be taken for that of another: only the owner adds, and it
// has looked at all events before.
type byDescriptor []uint64

func (d *byDescriptor) set(fd int, data uint64) {
	if fd >= len(*d) {
		*d = append(*d, make([]uint64, max(fd+1-len(*d), len(*d)))...)
	}
	(*d)[fd] = data
}

func (d byDescriptor) of(fd int) uint64 { return d[fd] }
