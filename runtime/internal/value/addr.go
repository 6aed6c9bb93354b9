package value

import (
	"errors"
	"net/netip"
)

var errAddr = errors.New("not an IP address of this version")

// ParseAddr reads an IP address without a zone. version is 4 or 6; 0 takes both.
func ParseAddr(s string, version int) (netip.Addr, error) {
	addr, err := netip.ParseAddr(s)
	if err != nil || addr.Zone() != "" || version == 4 && !addr.Is4() || version == 6 && !addr.Is6() {
		return netip.Addr{}, errAddr
	}
	return addr, nil
}
