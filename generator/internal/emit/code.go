package emit

import (
	"strconv"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/tornadogen/tornadogen/generator/internal/ir"
)

// tornado is a name of the runtime.
func tornado(name string) *jen.Statement { return jen.Qual(ir.Runtime, name) }

// client is a name of the package that a client needs of the runtime.
func client(name string) *jen.Statement { return jen.Qual(ir.RuntimeClient, name) }

// goType writes a type where it is used.
func goType(t *ir.GoType) *jen.Statement {
	switch t.Shape {
	case ir.GoPointer:
		return jen.Op("*").Add(goType(t.Elem))
	case ir.GoSlice:
		return jen.Index().Add(goType(t.Elem))
	case ir.GoMap:
		return jen.Map(jen.String()).Add(goType(t.Elem))
	case ir.GoGeneric:
		return goName(t).Types(goType(t.Elem))
	case ir.GoNamed:
	}
	return goName(t)
}

func goName(t *ir.GoType) *jen.Statement {
	if t.Import != "" {
		return jen.Qual(t.Import, t.Name)
	}
	return jen.Id(t.Name)
}

// expr writes an expression of the plan.
func expr(e *ir.Expr) *jen.Statement {
	switch e.Kind {
	case ir.ExprInt:
		return number(strconv.FormatInt(e.Int, 10))
	case ir.ExprUint:
		return number(strconv.FormatUint(e.Uint, 10))
	case ir.ExprFloat:
		return number(strconv.FormatFloat(e.Float, 'g', -1, 64))
	case ir.ExprBool:
		return jen.Lit(e.Bool)
	case ir.ExprName:
		return goType(e.Go)
	case ir.ExprCall:
		return goType(e.Go).Call(exprs(e.Args)...)
	case ir.ExprComposite:
		if e.Keys == nil {
			return goType(e.Go).Values(exprs(e.Args)...)
		}
		fields := make([]jen.Code, len(e.Args))
		for i, arg := range e.Args {
			fields[i] = jen.Id(e.Keys[i]).Op(":").Add(expr(arg))
		}
		return goType(e.Go).Values(fields...)
	case ir.ExprString:
	}
	return jen.Lit(e.Text)
}

func exprs(args []*ir.Expr) []jen.Code {
	out := make([]jen.Code, len(args))
	for i, arg := range args {
		out[i] = expr(arg)
	}
	return out
}

// number is a numeric literal without the conversion that jen.Lit adds to sized types.
func number(digits string) *jen.Statement { return jen.Op(digits) }

// key is a string literal that holds JSON: between back-ticks where that is possible, which reads better than escaped
// quotes. Everything else is quoted.
func key(s string) *jen.Statement {
	if isRaw(s) && strings.Contains(s, `"`) {
		return jen.Op("`" + s + "`")
	}
	return jen.Lit(s)
}

// isRaw tells that s can stand between back-ticks, and be read there.
func isRaw(s string) bool {
	hidden := func(r rune) bool { return !strconv.IsPrint(r) }
	return strconv.CanBackquote(s) && strings.IndexFunc(s, hidden) < 0
}

// longText is a string literal, in several lines where it is long.
func longText(s string) *jen.Statement {
	const width = 110
	var code *jen.Statement
	for {
		end := len(s)
		if end > width {
			if end = strings.LastIndex(s[:width], ", ") + len(", "); end < len(", ") {
				end = 0
				for i := range s[:width] {
					end = i
				}
			}
		}
		if code == nil {
			code = key(s[:end])
		} else {
			code = code.Op("+").Line().Add(key(s[:end]))
		}
		if s = s[end:]; s == "" {
			return code
		}
	}
}

// texts are string literals.
func texts(list []string) []jen.Code {
	out := make([]jen.Code, len(list))
	for i, s := range list {
		out[i] = jen.Lit(s)
	}
	return out
}

// lineWidth is how long a list of strings may be on one line.
const lineWidth = 90

// textList is a list of string literals between two brackets, on lines of about lineWidth where they are many.
func textList(open, end string, list []string) *jen.Statement {
	if textWidth(list) <= lineWidth {
		return jen.Custom(jen.Options{Open: open, Close: end, Separator: ","}, texts(list)...)
	}
	return lines(open, end, rows(list, func(s string) jen.Code { return jen.Lit(s) })...)
}

// rows puts what item makes of each text on lines of about lineWidth.
func rows(list []string, item func(string) jen.Code) []jen.Code {
	var all, line []jen.Code
	width := 0
	for _, s := range list {
		n := textWidth([]string{s})
		if width+n > lineWidth && len(line) > 0 {
			all, line, width = append(all, row(line...)), nil, 0
		}
		line = append(line, item(s))
		width += n
	}
	return append(all, row(line...))
}

// jsonList is a list of JSON texts as arguments, a line each where they are long.
func jsonList(list []string) *jen.Statement {
	args := make([]jen.Code, len(list))
	for i, s := range list {
		args[i] = key(s)
	}
	return jen.Custom(jen.Options{Open: "(", Close: ")", Separator: ",", Multi: textWidth(list) > lineWidth}, args...)
}

// textWidth is about how long a list of string literals is on one line.
func textWidth(list []string) (width int) {
	for _, s := range list {
		width += len(s) + len(`"", `)
	}
	return width
}

// stringList is []string{...}; nil for an empty list.
func stringList(list []string) *jen.Statement {
	if len(list) == 0 {
		return jen.Nil()
	}
	return jen.Index().String().Add(textList("{", "}", list))
}

// ruleRef is the address of a rule, or nil.
func ruleRef(r *ir.Rule) *jen.Statement {
	if r == nil {
		return jen.Nil()
	}
	return jen.Op("&").Id(r.Name)
}

// method starts a method of the type name: func (recv name).
func method(recv, name string) *jen.Statement {
	return jen.Func().Params(jen.Id(recv).Id(name))
}

// lines is a composite literal's or a call's list with an element a line.
func lines(open, end string, items ...jen.Code) *jen.Statement {
	return jen.Custom(jen.Options{Open: open, Close: end, Separator: ",", Multi: true}, items...)
}

// row is several elements on one of those lines.
func row(items ...jen.Code) *jen.Statement {
	return jen.Custom(jen.Options{Separator: ","}, items...)
}

// field is one element of a composite literal: name: value.
func field(name string, value jen.Code) jen.Code {
	return jen.Id(name).Op(":").Add(value)
}

// assign is target = value.
func assign(target, value jen.Code) *jen.Statement { return jen.Add(target).Op("=").Add(value) }

// define is name := value.
func define(name string, value jen.Code) *jen.Statement { return jen.Id(name).Op(":=").Add(value) }

// decoderParam and bytesParam are the parameters of codecs.
func decoderParam() *jen.Statement { return jen.Id("d").Op("*").Add(tornado("Decoder")) }

func bytesParam() *jen.Statement { return jen.Id("b").Index().Byte() }

// oneLine is the body of a function that only returns something.
func oneLine(result ...jen.Code) *jen.Statement {
	return jen.Custom(jen.Options{Open: "{ ", Close: " }"}, jen.Return(result...))
}

// add adds statements to a block, a line each; jennifer's Group.Add puts all on one.
func add(g *jen.Group, code []jen.Code) {
	for _, c := range code {
		g.Add(c)
	}
}
