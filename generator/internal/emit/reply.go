package emit

import (
	"github.com/dave/jennifer/jen"

	"github.com/tornadogen/tornadogen/generator/internal/ir"
)

// printReplies prints the types by which deferred operations are answered.
func printReplies(f *file, operations []*ir.Operation) {
	for _, op := range operations {
		if op.Kind != ir.OperationDeferred {
			continue
		}
		f.decl(op.Reply.Doc, jen.Type().Id(op.Reply.Name).Struct(jen.Op("*").Add(tornado("Deferred"))))
		for _, m := range op.Reply.Methods {
			printReplyMethod(f, op, m)
		}
	}
}

func printReplyMethod(f *file, op *ir.Operation, m *ir.ReplyMethod) {
	var params []jen.Code
	value := jen.Id("v")
	if m.Go != nil {
		params = append(params, jen.Id("v").Add(goType(m.Go)))
	}
	how := "Answer"
	switch m.Takes {
	case ir.ReplyNothing:
		value = jen.Id(m.Answer.Name).Values()
		if m.Answer.Name == "" {
			how, value = "AnswerStatus", jen.Lit(m.Answer.Status)
		}
	case ir.ReplyBody:
		value = jen.Id(m.Answer.Name).Values(field(m.Answer.Content.Field, value))
	case ir.ReplyResult:
		how = "AnswerWith"
		if op.Result.Kind != ir.ResultValue {
			how = "AnswerPtr"
		}
		value.Op(",").Id(op.Result.Write)
	case ir.ReplyAnswer:
	}
	f.decl(m.Doc, jen.Func().Params(jen.Id("r").Id(op.Reply.Name)).Id(m.Name).Params(params...).Bool().Block(
		jen.Return(tornado(how).Call(jen.Id("r").Dot("Deferred"), value))))
}
