package jsonwire

import (
	"math"
	"math/big"
	"math/bits"
	"sync"
)

// The shortest decimal that reads back as a float64, by the algorithm Schubfach: Raffaello Giulietti, "The Schubfach way to render
// doubles". It needs a third of the time of strconv, which tries digit by digit.

// Of all float64, 10^-292 to 10^324 are the powers that are needed.
const (
	leastPower = -292
	mostPower  = 324
)

// powersOfTen holds 10^k as g × 2^x with 2^127 <= g < 2^128, rounded up: the high word, then the low one.
var powersOfTen = sync.OnceValue(func() *[mostPower - leastPower + 1][2]uint64 {
	var table [mostPower - leastPower + 1][2]uint64
	ten := big.NewInt(10)
	for k := leastPower; k <= mostPower; k++ {
		power := new(big.Int).Exp(ten, big.NewInt(int64(max(k, -k))), nil)
		if k < 0 { // 2^(127+len) / 10^-k, which lies between 2^127 and 2^128
			shifted := new(big.Int).Lsh(big.NewInt(1), uint(127+power.BitLen()))
			power = divideUp(shifted, power)
		} else if over := power.BitLen() - 128; over > 0 {
			power = divideUp(power, new(big.Int).Lsh(big.NewInt(1), uint(over)))
		} else {
			power.Lsh(power, uint(-over))
		}
		low := new(big.Int).And(power, new(big.Int).SetUint64(math.MaxUint64))
		table[k-leastPower] = [2]uint64{new(big.Int).Rsh(power, 64).Uint64(), low.Uint64()}
	}
	return &table
})

// divideUp gives a / b, rounded up.
func divideUp(a, b *big.Int) *big.Int {
	quotient, rest := new(big.Int).QuoRem(a, b, new(big.Int))
	if rest.Sign() > 0 {
		quotient.Add(quotient, big.NewInt(1))
	}
	return quotient
}

// shortest returns n and k so that n × 10^k is the shortest decimal that reads back as v, and of those the nearest to v. v is positive
// and finite. n may end in zeros.
func shortest(v float64) (n uint64, k int) {
	const (
		mantissaBits = 52
		bias         = 1023 + mantissaBits
	)
	raw := math.Float64bits(v)
	c, q := raw&(1<<mantissaBits-1), int(raw>>mantissaBits)
	lowerCloser := uint64(0) // a power of two: the number below is only half as far as the one above
	if c == 0 && q > 1 {
		lowerCloser = 1
	}
	if q != 0 {
		c |= 1 << mantissaBits
		q -= bias
	} else {
		q = 1 - bias
	}
	k = (q*1262611 - int(lowerCloser)*524031) >> 22 // the largest power of ten below the distance to the neighbours
	h := q + (-k*1741647)>>19 + 1
	g := &powersOfTen()[-k-leastPower]
	odd := c & 1 // the bounds themselves read back as v only if it is even
	low := roundToOdd(g, (4*c-2+lowerCloser)<<h) + odd
	here := roundToOdd(g, 4*c<<h)
	high := roundToOdd(g, (4*c+2)<<h) - odd
	n = here / 4
	if n >= 10 {
		tens := n / 10
		below, above := low <= 40*tens, 40*tens+40 <= high
		if below != above {
			if above {
				tens++
			}
			return tens, k + 1
		}
	}
	below, above := low <= 4*n, 4*n+4 <= high
	up := above
	if below == above { // both or neither: the nearer one, of two as near the even one
		up = here > 4*n+2 || here == 4*n+2 && n&1 != 0
	}
	if up {
		n++
	}
	return n, k
}

// roundToOdd gives the high word of g × c, whose lowest bit is set if anything is lost below it.
func roundToOdd(g *[2]uint64, c uint64) uint64 {
	lost, _ := bits.Mul64(g[1], c)
	high, low := bits.Mul64(g[0], c)
	low, carry := bits.Add64(low, lost, 0)
	high += carry
	if low > 1 {
		high |= 1
	}
	return high
}

// appendShortest appends v, which is from 1e-6 to below 1e21, as strconv does with the format f and the precision -1.
func appendShortest(b []byte, v float64) []byte {
	n, k := shortest(v)
	for n%10 == 0 {
		n /= 10
		k++
	}
	start := len(b)
	b = AppendUint64(b, n)
	digits := len(b) - start
	switch point := digits + k; { // how many digits stand before the point
	case k >= 0:
		for ; k > 0; k-- {
			b = append(b, '0')
		}
	case point > 0:
		b = append(b, 0)
		copy(b[start+point+1:], b[start+point:])
		b[start+point] = '.'
	default:
		const zeros = "0.00000" // no more are needed down to 1e-6
		leading := len("0.") - point
		b = append(b, zeros[:leading]...)
		copy(b[start+leading:], b[start:start+digits])
		copy(b[start:], zeros[:leading])
	}
	return b
}
