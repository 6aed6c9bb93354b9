package ir

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/tornadogen/tornadogen/spec"
)

// defaultOf returns the default of s, or of the schema that it refers to, as a Go expression; nil for none. Null is no default:
// absent is as good.
func (b *builder) defaultOf(s *spec.Schema, t *Type) *Default {
	literal := s.Default
	if literal == nil {
		core, _ := b.settle(s)
		literal = core.Default
	}
	if literal == nil || literalType(literal.JSON) == "null" {
		return nil
	}
	value := valueExpr(t, literal.JSON)
	if value == nil && readDefault(t.Kind) {
		return &Default{Literal: literal, JSON: compact(literal.JSON)}
	}
	if value == nil {
		b.warn(literal.Loc, classDefault, "the default "+abridge(literal.JSON)+" is not filled in, as it is no value of its type",
			"fill it in where the value is used")
		return nil
	}
	return &Default{Literal: literal, Value: value}
}

// readDefault says whether defaults of a kind are read from their JSON text: they are no simple values of Go.
func readDefault(kind Kind) bool {
	switch kind {
	case KindDecimal, KindStruct, KindTuple, KindUnion, KindMap, KindArray, KindForeign:
		return true
	}
	return false
}

func abridge(text string) string {
	const most = 60
	if text = compact(text); len(text) > most {
		return strings.ToValidUTF8(text[:most], "") + "..."
	}
	return text
}

// valueExpr returns a JSON value as an expression of a type, nil where there is none.
func valueExpr(t *Type, text string) *Expr {
	switch t.Kind {
	case KindJSON:
		return callExpr(scalars[KindJSON], stringExpr(compact(text)))
	case KindBool:
		if literalType(text) == "boolean" {
			return boolExpr(strings.TrimSpace(text) == "true")
		}
	case KindInt32, KindInt64, KindUint32, KindUint64:
		n, ok := exact(text)
		if ok && n.IsInt() && n.Num().Cmp(kindSpans[t.Kind].low) >= 0 && n.Num().Cmp(kindSpans[t.Kind].high) <= 0 {
			return integerExpr(text)
		}
	case KindFloat32, KindFloat64:
		if f, ok := floatOf(t.Kind, text); ok {
			return floatExpr(f)
		}
	case KindEnum:
		return enumExpr(t, text)
	case KindArray:
		return arrayExpr(t, text)
	case KindString, KindBytes, KindTime, KindDate, KindTimeOfDay, KindDuration, KindUUID, KindAddr:
		if s, ok := textOf(text); ok {
			return textExpr(t.Kind, s)
		}
	case KindDecimal, KindStruct, KindTuple, KindUnion, KindMap:
	}
	return nil
}

// floatOf returns the number of a JSON text, false where it is none or beyond the range of kind.
func floatOf(kind Kind, text string) (float64, bool) {
	n, ok := exact(text)
	if !ok {
		return 0, false
	}
	f, _ := n.Float64()
	if kind == KindFloat32 {
		single, _ := n.Float32()
		return f, !math.IsInf(float64(single), 0)
	}
	return f, !math.IsInf(f, 0)
}

func enumExpr(t *Type, text string) *Expr {
	if t.Enum == nil {
		return nil
	}
	key := compact(text)
	if s, ok := textOf(text); ok {
		key = s
	} else if n, ok := exact(text); ok && n.IsInt() {
		key = n.Num().String()
	}
	for _, v := range t.Enum.Values {
		if v.Text == key {
			return nameExpr(builtin(v.Name))
		}
	}
	return nil
}

func arrayExpr(t *Type, text string) *Expr {
	var items []json.RawMessage
	if t.Elem == nil || t.Elem.Presence != Plain || literalType(text) != "array" || json.Unmarshal([]byte(text), &items) != nil {
		return nil
	}
	list := listExpr(t.Go)
	for _, item := range items {
		e := valueExpr(t.Elem.Type, string(item))
		if e == nil {
			return nil
		}
		list.Args = append(list.Args, e)
	}
	return list
}

// textExpr returns the value of a kind that is a string in JSON.
func textExpr(kind Kind, s string) *Expr {
	switch kind {
	case KindString:
		return stringExpr(s)
	case KindBytes:
		if data, err := base64.StdEncoding.DecodeString(s); err == nil {
			return callExpr(scalars[KindBytes], stringExpr(string(data)))
		}
	case KindTime:
		if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
			return timeExpr(t)
		}
	case KindDate:
		if t, err := time.Parse(time.DateOnly, s); err == nil {
			return fieldsExpr(KindDate, "Year", t.Year(), "Month", int(t.Month()), "Day", t.Day())
		}
	case KindTimeOfDay:
		if t, err := time.Parse("15:04:05.999999999Z07:00", s); err == nil {
			_, offset := t.Zone()
			return fieldsExpr(KindTimeOfDay, "Hour", t.Hour(), "Minute", t.Minute(), "Second", t.Second(),
				"Nanosecond", t.Nanosecond(), "Offset", offset/60)
		}
	case KindDuration:
		return durationExpr(s)
	case KindUUID:
		return uuidExpr(s)
	case KindAddr:
		if a, err := netip.ParseAddr(s); err == nil && a.Zone() == "" {
			return callExpr(imported("net/netip", "MustParseAddr"), stringExpr(s))
		}
	default:
	}
	return nil
}

// fieldsExpr returns a composite literal with the fields that are not zero.
func fieldsExpr(kind Kind, pairs ...any) *Expr {
	e := listExpr(scalars[kind])
	for i := 0; i < len(pairs); i += 2 {
		name, _ := pairs[i].(string)
		if n, _ := pairs[i+1].(int); n != 0 {
			e.Keys = append(e.Keys, name)
			e.Args = append(e.Args, intExpr(int64(n)))
		}
	}
	return e
}

func timeExpr(t time.Time) *Expr {
	zone := nameExpr(imported("time", "UTC"))
	if _, offset := t.Zone(); offset != 0 {
		zone = callExpr(imported("time", "FixedZone"), stringExpr(""), intExpr(int64(offset)))
	}
	args := make([]*Expr, 0, 8)
	for _, n := range []int{t.Year(), int(t.Month()), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond()} {
		args = append(args, intExpr(int64(n)))
	}
	return callExpr(imported("time", "Date"), append(args, zone)...)
}

func uuidExpr(s string) *Expr {
	const bytes = 16
	digits := strings.ReplaceAll(s, "-", "")
	if len(s) != 36 || len(digits) != 2*bytes {
		return nil
	}
	e := listExpr(scalars[KindUUID])
	for i := range bytes {
		n, err := strconv.ParseUint(digits[2*i:2*i+2], 16, 8)
		if err != nil {
			return nil
		}
		e.Args = append(e.Args, uintExpr(n))
	}
	return e
}

var durationPattern = regexp.MustCompile(`^P(?:(\d{1,9})Y)?(?:(\d{1,9})M)?(?:(\d{1,9})W)?(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?$`)

func durationExpr(s string) *Expr {
	groups := durationPattern.FindStringSubmatch(s)
	if groups == nil || strings.HasSuffix(s, "P") || strings.HasSuffix(s, "T") {
		return nil
	}
	var pairs []any
	for i, name := range []string{"Years", "Months", "Weeks", "Days", "Hours", "Minutes", "Seconds"} {
		n, _ := strconv.Atoi(groups[i+1]) // an empty group is zero
		pairs = append(pairs, name, n)
	}
	return fieldsExpr(KindDuration, pairs...)
}
