package emit

import (
	"github.com/dave/jennifer/jen"

	"github.com/tornadogen/tornadogen/generator/internal/ir"
)

// socket is the type of the end of a WebSocket that sends and receives these messages.
func socket(send, receive *ir.Message) *jen.Statement {
	return jen.Op("*").Add(tornado("Socket")).Types(goType(send.Go), goType(receive.Go))
}

// sends says how messages are written on a way.
func sends(m *ir.Message, way ir.Way) *jen.Statement {
	switch m.Kind {
	case ir.MessageNone:
		return tornado("SendNothing").Call()
	case ir.MessageBinary:
		return tornado("SendBinary").Call()
	case ir.MessageJSON:
	}
	if hasMethods(m.Type) && m.Presence == ir.Plain && !m.Pointer {
		if !m.Type.Partial[way] {
			way = ir.ToAnyone
		}
		return tornado("SendJSON").Call(messageMethod(m, appendMethods[way]))
	}
	return tornado("SendJSON").Call(jen.Func().Params(messageParam(m), bytesParam()).Index().Byte().BlockFunc(func(g *jen.Group) {
		if m.Presence == ir.Plain && !m.Pointer {
			g.Return(appendValue(m.Type, jen.Id("b"), jen.Op("*").Id("v"), way))
			return
		}
		add(g, appendElement("v", &m.Use, fromBuffer, way)) // its methods see through the pointer
		g.Return(jen.Id("b"))
	}))
}

// receives says how messages are read.
func receives(m *ir.Message) *jen.Statement {
	switch m.Kind {
	case ir.MessageNone:
		return tornado("ReceiveNothing").Call()
	case ir.MessageBinary:
		return tornado("ReceiveBinary").Call()
	case ir.MessageJSON:
	}
	if hasMethods(m.Type) && m.Presence == ir.Plain && !m.Pointer {
		return tornado("ReceiveJSON").Call(messageMethod(m, "DecodeJSON"))
	}
	return tornado("ReceiveJSON").Call(jen.Func().Params(messageParam(m), jen.Id("d").Op("*").Add(tornado("Decoder"))).BlockFunc(func(g *jen.Group) {
		add(g, decodeInto("*v", &m.Use, fromDecoder))
	}))
}

// messageMethod is a method of a message as a function of it.
func messageMethod(m *ir.Message, name string) *jen.Statement {
	return jen.Parens(jen.Op("*").Add(goType(m.Go))).Dot(name)
}

func messageParam(m *ir.Message) *jen.Statement { return jen.Id("v").Op("*").Add(goType(m.Go)) }

// socketOptions is what the descriptor says of a socket, without what is left to the runtime.
func socketOptions(s *ir.Socket) *jen.Statement {
	var fields []jen.Code
	given := func(name string, there bool, value jen.Code) {
		if there {
			fields = append(fields, field(name, value))
		}
	}
	given("Subprotocols", len(s.Subprotocols) > 0, stringList(s.Subprotocols))
	given("Origins", len(s.Origins) > 0, stringList(s.Origins))
	given("Compression", s.Compression, jen.True())
	given("PingInterval", s.PingInterval != 0, durationOf(s.PingInterval))
	given("MaxMessage", s.MaxMessageSize > 0, jen.Lit(int(s.MaxMessageSize)))
	given("Queue", s.Queue > 0, jen.Lit(int(s.Queue)))
	given("Slow", s.Slow != "", tornado(s.Slow))
	return jen.Op("&").Add(tornado("SocketOptions")).Values(fields...)
}
