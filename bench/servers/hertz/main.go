// Command hertz serves the API of the bench with cloudwego/hertz, its own router and its own JSON codec, with handlers written by
// hand: its only argument is the address.
package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"log"
	"os"
	"strconv"

	"github.com/cloudwego/hertz/pkg/app"
	"github.com/cloudwego/hertz/pkg/app/server"
	"github.com/cloudwego/hertz/pkg/common/config"
	"github.com/cloudwego/hertz/pkg/common/hlog"
	"github.com/cloudwego/hertz/pkg/protocol/consts"

	"github.com/tornadogen/tornadogen/runtime/bench/internal/extra"
	"github.com/tornadogen/tornadogen/runtime/bench/internal/order"
	"github.com/tornadogen/tornadogen/runtime/bench/internal/pet"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: hertz ADDRESS")
	}
	extras, err := extra.Start()
	if err != nil {
		log.Fatal(err)
	}
	hlog.SetLevel(hlog.LevelWarn)
	options := []config.Option{server.WithHostPorts(os.Args[1])}
	if extra.Streams() {
		options = append(options, server.WithStreamBody(true), server.WithMaxRequestBodySize(1<<30))
	}
	if cert, key := extra.Certificate(); cert != "" {
		pair, err := tls.LoadX509KeyPair(cert, key)
		if err != nil {
			log.Fatal(err)
		}
		options = append(options, server.WithTLS(&tls.Config{Certificates: []tls.Certificate{pair}}))
	}
	h := server.New(options...)
	h.GET("/pets/:petId", func(_ context.Context, c *app.RequestContext) { getPet(c, extras) })
	h.GET("/pets", listPets)
	h.POST("/pets", func(_ context.Context, c *app.RequestContext) { create(c, new(pet.Pet)) })
	h.POST("/orders", func(_ context.Context, c *app.RequestContext) { create(c, new(order.Order)) })
	h.PUT("/files", putFile)
	if err := h.Run(); err != nil {
		log.Fatal(err)
	}
}

// GET /pets/{petId}
func getPet(c *app.RequestContext, extras *extra.Extra) {
	id, err := strconv.ParseInt(c.Param("petId"), 10, 64)
	if err != nil {
		refuse(c, consts.StatusBadRequest, "petId must be an integer")
		return
	}
	if id < 1 {
		refuse(c, consts.StatusUnprocessableEntity, "petId must be at least 1")
		return
	}
	extras.Occupy(id)
	p := pet.Sample(id)
	c.JSON(consts.StatusOK, &p)
}

// GET /pets
func listPets(_ context.Context, c *app.RequestContext) {
	limit, err := strconv.Atoi(c.Query("limit"))
	if err != nil {
		refuse(c, consts.StatusBadRequest, "limit must be an integer")
		return
	}
	if limit < 1 || limit > pet.MaxList {
		refuse(c, consts.StatusUnprocessableEntity, "limit must be 1 to 100")
		return
	}
	c.JSON(consts.StatusOK, pet.Samples(limit))
}

// create is POST /pets and POST /orders.
func create[T interface{ Validate() error }](c *app.RequestContext, v T) {
	if err := c.BindJSON(v); err != nil {
		refuse(c, consts.StatusBadRequest, err.Error())
		return
	}
	if err := v.Validate(); err != nil {
		refuse(c, consts.StatusUnprocessableEntity, err.Error())
		return
	}
	c.JSON(consts.StatusCreated, v)
}

// PUT /files
func putFile(_ context.Context, c *app.RequestContext) {
	var body io.Reader
	if c.Request.IsBodyStream() {
		body = c.RequestBodyStream()
	} else { // it is in memory
		body = bytes.NewReader(c.Request.Body())
	}
	size, err := extra.Count(body)
	if err != nil {
		refuse(c, consts.StatusBadRequest, err.Error())
		return
	}
	c.JSON(consts.StatusOK, &order.Receipt{Size: size})
}

func refuse(c *app.RequestContext, status int, detail string) {
	c.JSON(status, &pet.Problem{Title: consts.StatusMessage(status), Status: status, Detail: detail})
}
