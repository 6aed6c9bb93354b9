//go:build !unix

package poll

import (
	"errors"
	"net"
	"os"
)

// Adopt makes a Listener of a socket that was bound elsewhere. Here it cannot.
func Adopt(int) (*Listener, error) { return nil, errors.ErrUnsupported }

// File is a copy of the socket, for another process. Here there is none.
func (*Listener) File() (*os.File, error) { return nil, errors.ErrUnsupported }

// BoundAddr is the address of a socket that was bound elsewhere. Here it cannot
// be told.
func BoundAddr(int) (net.Addr, error) { return nil, errors.ErrUnsupported }
