package formats_test

import (
	"context"
	"testing"

	api "github.com/tornadogen/tornadogen/golden/formats/expected"
	"github.com/tornadogen/tornadogen/golden/internal/drive"
)

type handler struct {
	api.UnimplementedDefaultHandler
}

func (handler) Echo(_ context.Context, req api.EchoRequest) (*api.Formats, error) {
	return &req.Body, nil
}

func TestEcho(t *testing.T) {
	drive.Echo(t, drive.Serve(t, api.New(handler{}))+"/echo", map[string]drive.Exchange{
		"all":         {Send: `{"dateTime":"2020-02-29T12:00:00.5Z","date":"2020-02-29","time":"12:30:00Z","duration":"P1DT2H","uuid":"00112233-4455-6677-8899-aabbccddeeff","uri":"https://example.com/a?b#c","email":"a@example.com","hostname":"example.com","ipv4":"127.0.0.1","ipv6":"::1","byte":"aGk=","binary":"xyz","decimal":"1.10","password":"12345678","regex":"^a+$","other":"anything","times":["2020-01-01T00:00:00Z"],"nullable":null}`},
		"none is met": {Send: `{"dateTime":"2020-02-30T12:00:00Z","date":"2021-02-29","time":"25:00:00Z","duration":"1 day","uuid":"x","uri":"no uri","email":"x","hostname":"-","ipv4":"::1","ipv6":"127.0.0.1","byte":"?","password":"short","regex":"(","times":["now"],"nullable":"x"}`, Not: []string{"/dateTime format", "/date format", "/time format", "/duration format", "/uuid format", "/uri format", "/email format", "/hostname format", "/ipv4 format", "/ipv6 format", "/byte format", "/password minLength", "/regex format", "/times/0 format", "/nullable format"}},
		"two formats": {Send: `{"noteAndDate":"2020-02-29","small":2147483647}`},
		"one of two":  {Send: `{"noteAndDate":"x","emailAndDate":"a@example.com","bytesAndDate":"aGk=","small":2147483648}`, Not: []string{"/noteAndDate format", "/emailAndDate format", "/bytesAndDate format", "/small format"}},
		"an offset":   {Send: `{"dateTime":"2020-01-01T12:00:00+02:00"}`},
	})
}
