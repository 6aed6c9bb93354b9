package validate

import "strings"

// The parameters of RFC 3492 section 5.
const (
	punyBase        = 36
	punyMin         = 1
	punyMax         = 26
	punySkew        = 38
	punyDamp        = 700
	punyInitialBias = 72
	punyInitialN    = 128
	punyDigits      = "abcdefghijklmnopqrstuvwxyz0123456789"
)

// decodePunycode reverses encodePunycode (RFC 3492 section 6.2). The text is ASCII in lower case and at most a label long.
func decodePunycode(text string) (label []rune, ok bool) {
	if at := strings.LastIndexByte(text, '-'); at >= 0 {
		label, text = []rune(text[:at]), text[at+1:]
	}
	n, i, bias := punyInitialN, 0, punyInitialBias
	for text != "" {
		before, weight := i, 1
		for k := punyBase; ; k += punyBase {
			if text == "" {
				return nil, false
			}
			digit := strings.IndexByte(punyDigits, text[0])
			text = text[1:]
			if digit < 0 || weight > 1<<40 {
				return nil, false
			}
			i += digit * weight
			t := punyThreshold(k, bias)
			if digit < t {
				break
			}
			weight *= punyBase - t
		}
		length := len(label) + 1
		bias = punyAdapt(i-before, length, before == 0)
		n += i / length
		i %= length
		if n > 0x10FFFF || isSurrogate(rune(n)) {
			return nil, false
		}
		label = append(label[:i], append([]rune{rune(n)}, label[i:]...)...)
		i++
	}
	return label, true
}

// encodePunycode writes a label in ASCII, without the prefix (RFC 3492 section 6.3).
func encodePunycode(label []rune) string {
	var b strings.Builder
	for _, r := range label {
		if r < punyInitialN {
			b.WriteRune(r)
		}
	}
	basic := b.Len()
	done := basic
	if basic > 0 {
		b.WriteByte('-')
	}
	n, delta, bias := rune(punyInitialN), 0, punyInitialBias
	for done < len(label) {
		next := rune(0x10FFFF)
		for _, r := range label {
			if r >= n && r < next {
				next = r
			}
		}
		delta += int(next-n) * (done + 1)
		n = next
		for _, r := range label {
			if r < n {
				delta++
			}
			if r == n {
				writePunyNumber(&b, delta, bias)
				bias = punyAdapt(delta, done+1, done == basic)
				delta = 0
				done++
			}
		}
		delta++
		n++
	}
	return b.String()
}

func writePunyNumber(b *strings.Builder, q, bias int) {
	for k := punyBase; ; k += punyBase {
		t := punyThreshold(k, bias)
		if q < t {
			b.WriteByte(punyDigits[q])
			return
		}
		b.WriteByte(punyDigits[t+(q-t)%(punyBase-t)])
		q = (q - t) / (punyBase - t)
	}
}

func punyThreshold(k, bias int) int { return min(max(k-bias, punyMin), punyMax) }

// punyAdapt is the bias adaptation of RFC 3492 section 6.1.
func punyAdapt(delta, length int, first bool) int {
	if first {
		delta /= punyDamp
	} else {
		delta /= 2
	}
	delta += delta / length
	k := 0
	for ; delta > (punyBase-punyMin)*punyMax/2; k += punyBase {
		delta /= punyBase - punyMin
	}
	return k + (punyBase-punyMin+1)*delta/(delta+punySkew)
}
