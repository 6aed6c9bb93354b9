package poll

import (
	"net"
	"net/netip"
	"strconv"
)

// Family is the kind of an Addr.
type Family uint8

// The families of an Addr.
const (
	NoFamily Family = iota // not known
	IPv4
	IPv6
	Unix
)

// Addr is the address of one end of a connection, in 24 bytes and without a
// pointer. Of a Unix socket only the family is kept: the end of an accepted
// connection rarely has a name.
type Addr struct {
	ip     [16]byte // IPv4: the first four
	zone   uint32   // IPv6 scope
	port   uint16
	family Family
}

// Family is what kind of address a is.
func (a Addr) Family() Family { return a.family }

// AddrPort returns the IP address and port, the zero AddrPort unless the
// family is IPv4 or IPv6. An IPv4 peer of a dual-stack listener is IPv4.
func (a Addr) AddrPort() netip.AddrPort {
	switch a.family {
	case IPv4:
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte(a.ip[:4])), a.port)
	case IPv6:
		ip := netip.AddrFrom16(a.ip).Unmap()
		if a.zone != 0 && ip.Is6() {
			ip = ip.WithZone(zoneName(a.zone))
		}
		return netip.AddrPortFrom(ip, a.port)
	default:
		return netip.AddrPort{}
	}
}

// NetAddr returns a as a *net.TCPAddr or, without a name, a *net.UnixAddr.
func (a Addr) NetAddr() net.Addr {
	switch a.family {
	case IPv4, IPv6:
		return net.TCPAddrFromAddrPort(a.AddrPort())
	default:
		return &net.UnixAddr{Net: "unix"}
	}
}

// AddrFrom is the Addr of an IP address and port.
func AddrFrom(ap netip.AddrPort) Addr {
	ip := ap.Addr()
	a := Addr{port: ap.Port()}
	switch {
	case ip.Is4():
		a.family = IPv4
		b := ip.As4()
		copy(a.ip[:], b[:])
	case ip.Is6():
		a.family = IPv6
		a.ip = ip.As16()
		a.zone = zoneID(ip.Zone())
	}
	return a
}

// zoneName is the name of the network interface with this index, or the index.
func zoneName(id uint32) string {
	if ifi, err := net.InterfaceByIndex(int(id)); err == nil {
		return ifi.Name
	}
	return strconv.FormatUint(uint64(id), 10)
}

// zoneID is the inverse of zoneName; 0 if there is no such interface.
func zoneID(name string) uint32 {
	if name == "" {
		return 0
	}
	if ifi, err := net.InterfaceByName(name); err == nil {
		return uint32(ifi.Index)
	}
	id, err := strconv.ParseUint(name, 10, 32)
	if err != nil {
		return 0
	}
	return uint32(id)
}
