package gateway_test

import (
	"testing"

	"github.com/weirgraph/weir/ingest/gateway"
	"github.com/weirgraph/weir/ingest/readertest"
	_ "github.com/weirgraph/weir/internal/testlong"
)

func TestGatewayAPI(t *testing.T)     { readertest.Test(t, gateway.GatewayAPI) }
func TestContour(t *testing.T)        { readertest.Test(t, gateway.Contour) }
func TestTraefik(t *testing.T)        { readertest.Test(t, gateway.Traefik) }
func TestEmissary(t *testing.T)       { readertest.Test(t, gateway.Emissary) }
func TestKong(t *testing.T)           { readertest.Test(t, gateway.Kong) }
func TestNginxIngress(t *testing.T)   { readertest.Test(t, gateway.NginxIngress) }
func TestGloo(t *testing.T)           { readertest.Test(t, gateway.Gloo) }
func TestUnreadPolicies(t *testing.T) { readertest.Test(t, gateway.UnreadPolicies) }

func FuzzGatewayAPI(f *testing.F)     { readertest.Fuzz(f, gateway.GatewayAPI) }
func FuzzContour(f *testing.F)        { readertest.Fuzz(f, gateway.Contour) }
func FuzzTraefik(f *testing.F)        { readertest.Fuzz(f, gateway.Traefik) }
func FuzzEmissary(f *testing.F)       { readertest.Fuzz(f, gateway.Emissary) }
func FuzzKong(f *testing.F)           { readertest.Fuzz(f, gateway.Kong) }
func FuzzNginxIngress(f *testing.F)   { readertest.Fuzz(f, gateway.NginxIngress) }
func FuzzGloo(f *testing.F)           { readertest.Fuzz(f, gateway.Gloo) }
func FuzzUnreadPolicies(f *testing.F) { readertest.Fuzz(f, gateway.UnreadPolicies) }
