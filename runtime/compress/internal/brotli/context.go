package brotli

// contextOf gives the context of a literal by the last byte and the one before it, which are looked for and put together (RFC 7932 section 7.1).
// The first index is the mode: LSB6, MSB6, UTF8 and Signed.
var contextOf = func() (all [4][2][256]byte) {
	for i := range 256 {
		b := byte(i)
		all[0][0][i] = b & 63
		all[1][0][i] = b >> 2
		all[2][0][i], all[2][1][i] = utf8Last(b), utf8Before(b)
		all[3][0][i], all[3][1][i] = magnitude(b)<<3, magnitude(b)
	}
	return all
}()

// ascii is four times these, by the last byte.
var ascii = [128]byte{
	0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	2, 3, 4, 3, 3, 5, 3, 4, 6, 7, 3, 3, 8, 3, 9, 3, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 8, 8, 6, 10, 7, 3,
	3, 12, 13, 13, 13, 12, 13, 13, 13, 12, 13, 13, 13, 13, 13, 12, 13, 13, 13, 13, 13, 12, 13, 13, 13, 13, 13, 6, 3, 7, 3, 3,
	3, 14, 15, 15, 15, 14, 15, 15, 15, 14, 15, 15, 15, 15, 15, 14, 15, 15, 15, 15, 15, 14, 15, 15, 15, 15, 15, 6, 3, 7, 3, 0,
}

func utf8Last(b byte) byte {
	switch {
	case b < 0x80:
		return ascii[b] << 2
	case b < 0xC0:
		return b & 1
	}
	return 2 + b&1
}

func utf8Before(b byte) byte {
	switch {
	case b <= ' ', b >= 0x7F && b < 0xE0:
		return 0
	case 'a' <= b && b <= 'z':
		return 3
	case '0' <= b && b <= '9', 'A' <= b && b <= 'Z', b >= 0xE0:
		return 2
	}
	return 1
}

// magnitude is that of a byte with a sign, in eight steps.
func magnitude(b byte) byte {
	for i, from := range [...]byte{255, 240, 192, 128, 64, 16, 1} {
		if b >= from {
			return byte(7 - i)
		}
	}
	return 0
}
