package jsonwire

import (
	"math"
	"math/bits"
	"slices"
	"strconv"
)

// AppendInt64 appends v.
func AppendInt64(b []byte, v int64) []byte {
	if v < 0 {
		return AppendUint64(append(b, '-'), -uint64(v))
	}
	switch {
	case v < 10: // most are small: these need no other call
		return append(b, '0'+byte(v))
	case v < 100:
		return append(b, pairs[v][0], pairs[v][1])
	}
	return AppendUint64(b, uint64(v))
}

// AppendUint64 appends v.
func AppendUint64(b []byte, v uint64) []byte {
	switch {
	case v < 10:
		return append(b, '0'+byte(v))
	case v < 100:
		return append(b, pairs[v][0], pairs[v][1])
	case v < 10_000:
		high := v / 100
		low := &pairs[v-high*100]
		if high < 10 {
			return append(b, '0'+byte(high), low[0], low[1])
		}
		return append(b, pairs[high][0], pairs[high][1], low[0], low[1])
	}
	return appendLarge(b, v)
}

// appendLarge is AppendUint64 for what is not 0: eight digits at a time.
func appendLarge(b []byte, v uint64) []byte {
	high := v / 1e8
	digits, zeros := eightDigits(v-high*1e8), 0
	if high > 0 {
		b = AppendUint64(b, high)
	} else {
		zeros = bits.TrailingZeros64(digits) >> 3
	}
	if cap(b)-len(b) < 8 {
		b = slices.Grow(b, 8)
	}
	putWord(behind(b), 0, (digits|ones*'0')>>(8*zeros))
	return b[:len(b)+8-zeros]
}

// pairs are the digits of the numbers below a hundred.
var pairs = func() (t [100][2]byte) {
	for i := range t {
		t[i] = [2]byte{'0' + byte(i/10), '0' + byte(i%10)}
	}
	return t
}()

// eightDigits returns the digits of v, which has eight at most, as the bytes of a word, the highest digit lowest.
func eightDigits(v uint64) uint64 {
	v = v/1e4 | v%1e4<<32
	high := v * 10486 >> 20 & (1<<39 - 1<<32 + 1<<7 - 1) // the hundreds of both halves
	v = high | (v-high*100)<<16
	high = v * 103 >> 10 & (ones / 0x101 * 0x0f)
	return high | (v-high*10)<<8
}

// AppendFloat64 appends the shortest number that reads back as v, in the form of encoding/json; null for NaN and the infinities.
func AppendFloat64(b []byte, v float64) []byte { return appendFloat(b, v, 64) }

// AppendFloat32 is AppendFloat64 for 32 bits.
func AppendFloat32(b []byte, v float32) []byte { return appendFloat(b, float64(v), 32) }

func appendFloat(b []byte, v float64, size int) []byte {
	abs := math.Abs(v)
	if size == 64 && abs < 1e12 && abs > 0 {
		if n := uint64(abs*100 + 0.5); float64(n)/100 == abs {
			return appendHundredths(b, n, v < 0)
		}
	}
	if v == math.Trunc(v) && (abs < 1<<24 || size == 64 && abs < 1e15) && (v != 0 || !math.Signbit(v)) {
		return AppendInt64(b, int64(v))
	}
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return AppendNull(b)
	}
	if size == 64 && abs >= 1e-6 && abs < 1e21 {
		if v < 0 {
			b = append(b, '-')
		}
		return appendShortest(b, abs)
	}
	format := byte('e')
	if abs == 0 || size == 32 && float32(abs) >= 1e-6 && float32(abs) < 1e21 {
		format = 'f'
	}
	b = strconv.AppendFloat(b, v, format, -1, size)
	if n := len(b); format == 'e' && n >= 4 && b[n-4] == 'e' && b[n-3] == '-' && b[n-2] == '0' { // e-09 is e-9
		b[n-2] = b[n-1]
		b = b[:n-1]
	}
	return b
}

// appendHundredths appends n / 100 with as many places as are needed, none or two at most, as prices have. n has 14 digits at most and is
// not 0. There is no shorter number that reads back as a float64 which is n / 100, rounded as a reader rounds it: of two different
// numbers of up to 15 digits no float64 is the nearest to both.
func appendHundredths(b []byte, n uint64, negative bool) []byte {
	if negative {
		b = append(b, '-')
	}
	whole := n / 100
	rest := byte(n - whole*100)
	b = AppendUint64(b, whole)
	switch ones := rest % 10; {
	case rest == 0:
		return b
	case ones == 0:
		return append(b, '.', '0'+rest/10)
	default:
		return append(b, '.', '0'+rest/10, '0'+ones)
	}
}
