package forwarded

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// ours trusts 10.0.0.0/8, and who has no address.
func ours(a netip.Addr) bool {
	return !a.IsValid() || netip.MustParsePrefix("10.0.0.0/8").Contains(a)
}

var (
	proxy   = netip.MustParseAddr("10.0.0.1")
	outside = netip.MustParseAddr("192.0.2.9")
)

func hop(client, scheme, host string) Hop {
	h := Hop{Scheme: scheme, Host: host}
	if client != "" {
		h.Client = netip.MustParseAddrPort(client)
	}
	return h
}

func TestFind(t *testing.T) {
	for name, c := range map[string]struct {
		peer  netip.Addr
		lines []string
		want  Hop
	}{
		"none":           {proxy, nil, Hop{}},
		"one":            {proxy, []string{"for=192.0.2.43;proto=https;host=api.example"}, hop("192.0.2.43:0", "https", "api.example")},
		"unix":           {netip.Addr{}, []string{"for=192.0.2.43"}, hop("192.0.2.43:0", "", "")},
		"quoted":         {proxy, []string{`For="[2001:db8::1]:4711" ; Host="api.example:8443"`}, hop("[2001:db8::1]:4711", "", "api.example:8443")},
		"escaped":        {proxy, []string{`for="192.0.2.\4\3"`}, hop("192.0.2.43:0", "", "")},
		"not trusted":    {outside, []string{"for=192.0.2.43;proto=https"}, Hop{}},
		"chain":          {proxy, []string{"for=192.0.2.43;proto=https, for=10.0.0.2;proto=http"}, hop("192.0.2.43:0", "https", "")},
		"two lines":      {proxy, []string{"for=192.0.2.43;proto=https", "for=10.0.0.2"}, hop("192.0.2.43:0", "https", "")},
		"forged":         {proxy, []string{"for=10.9.9.9;proto=https;host=evil.example, for=192.0.2.43;proto=http"}, hop("192.0.2.43:0", "http", "")},
		"all trusted":    {proxy, []string{"for=10.0.0.3, for=10.0.0.2"}, hop("10.0.0.3:0", "", "")},
		"unknown":        {proxy, []string{"for=192.0.2.43, for=unknown;proto=https"}, hop("", "https", "")},
		"hidden":         {proxy, []string{"for=_gazonk;proto=https, for=10.0.0.2"}, hop("10.0.0.2:0", "https", "")},
		"other pairs":    {proxy, []string{`by=203.0.113.43;secret="a,b;c";for=192.0.2.43`}, hop("192.0.2.43:0", "", "")},
		"empty elements": {proxy, []string{" , for=192.0.2.43 ,, "}, hop("192.0.2.43:0", "", "")},
		"zone":           {proxy, []string{`for="[fe80::1%eth0]"`}, Hop{}},
		"junk scheme":    {proxy, []string{"for=192.0.2.43;proto=javascript;host=\"a b\""}, hop("192.0.2.43:0", "", "")},
		"open quote":     {proxy, []string{`for="`, "for=192.0.2.43"}, Hop{}},
		"swallowed":      {proxy, []string{`for=10.1.1.1;a="`, `for="[2001:db8::1]"`}, Hop{}},
		"no value":       {proxy, []string{"for=, for=192.0.2.43"}, Hop{}},
		"no equals":      {proxy, []string{"for 192.0.2.43"}, Hop{}},
		"IPv6 unquoted":  {proxy, []string{"for=[2001:db8::1]"}, Hop{}},
		"escape and end": {proxy, []string{`for="\`}, Hop{}},
		"IPv4 mapped":    {proxy, []string{`for="[::ffff:192.0.2.43]"`}, hop("192.0.2.43:0", "", "")},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, c.want, Find(c.peer, ours, c.lines)) })
	}
}

func TestFindX(t *testing.T) {
	for name, c := range map[string]struct {
		peer                 netip.Addr
		nodes, protos, hosts string // lines, with a bar between them
		want                 Hop
	}{
		"none":          {proxy, "", "", "", Hop{}},
		"one":           {proxy, "192.0.2.43", "https", "api.example", hop("192.0.2.43:0", "https", "api.example")},
		"unix":          {netip.Addr{}, "192.0.2.43", "HTTPS", "", hop("192.0.2.43:0", "https", "")},
		"not trusted":   {outside, "192.0.2.43", "https", "evil.example", Hop{}},
		"chain":         {proxy, "192.0.2.43, 10.0.0.2", "https, http", "a.example, b.example", hop("192.0.2.43:0", "https", "a.example")},
		"two lines":     {proxy, "192.0.2.43|10.0.0.2", "https|http", "", hop("192.0.2.43:0", "https", "")},
		"forged":        {proxy, "10.9.9.9, 192.0.2.43", "https, http", "", hop("192.0.2.43:0", "http", "")},
		"other lengths": {proxy, "192.0.2.43, 10.0.0.2", "https", "", hop("192.0.2.43:0", "https", "")},
		"port":          {proxy, "192.0.2.43:4711", "", "", hop("192.0.2.43:4711", "", "")},
		"IPv6":          {proxy, "2001:db8::1", "", "", hop("[2001:db8::1]:0", "", "")},
		"IPv6 and port": {proxy, "[2001:db8::1]:4711", "", "", hop("[2001:db8::1]:4711", "", "")},
		"junk":          {proxy, "192.0.2.43, <script>", "https", "", hop("", "https", "")},
		"proto alone":   {proxy, "", "https", "", hop("", "https", "")},
		"empty":         {proxy, ",", ",", ",", Hop{}},
	} {
		t.Run(name, func(t *testing.T) {
			lines := func(text string) []string {
				if text == "" {
					return nil
				}
				return strings.Split(text, "|")
			}
			assert.Equal(t, c.want, FindX(c.peer, ours, lines(c.nodes), lines(c.protos), lines(c.hosts)))
		})
	}
}

func FuzzFind(f *testing.F) {
	f.Add("for=192.0.2.43;proto=https, for=\"[::1]\"")
	f.Fuzz(func(t *testing.T, text string) {
		Find(proxy, ours, []string{text}) // it does not panic
		assert.Equal(t, Hop{}, Find(outside, ours, []string{text}))
		// What a client sends before our proxy has its say changes nothing of that, or voids it.
		h := Find(proxy, ours, []string{text, "for=192.0.2.43;proto=https;host=a.example"})
		if h != (Hop{}) {
			assert.Equal(t, hop("192.0.2.43:0", "https", "a.example"), h)
		}
	})
}
