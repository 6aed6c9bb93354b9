package client

import (
	"context"
	"errors"
	"net/url"
)

// URL returns the address that a call is sent to, without sending it: for the field Location of an answer, or a link in a page or a mail.
// call makes the call with the context that it is given, by a method of a generated client; one that returns an iterator is ranged over.
// The address is below the base URL of the client, and has the path and the query of the request, but no credential. The error is that of a
// call that is wrong itself.
//
//	at, err := client.URL(ctx, func(ctx context.Context) error {
//		_, err := c.GetPet(ctx, petapi.GetPetRequest{PetID: 7})
//		return err
//	})
func URL(ctx context.Context, call func(ctx context.Context) error) (*url.URL, error) {
	own := *carriedBy(ctx)
	own.address = new(string)
	err := call(context.WithValue(ctx, carriedKey{}, &own))
	switch {
	case *own.address != "":
		u, err := url.Parse(*own.address)
		if err != nil {
			return nil, err
		}
		u.User = nil
		return u, nil
	case err != nil:
		return nil, err
	}
	return nil, errNoCall
}

var (
	errNoCall  = errors.New("no call was made with the context of client.URL")
	errNotSent = errors.New("the call is not sent: client.URL asks for its address alone")
)

// tellAddress tells who asks for the address of the call alone; nil where nobody does, and the call is sent.
func (c *Call) tellAddress(full string) error {
	if c.asked == nil {
		return nil
	}
	if *c.asked == "" { // that of the first call, the page that the request asks for
		*c.asked = full
	}
	return errNotSent
}
