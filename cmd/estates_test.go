package cmd

import (
	"context"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/analyze/rules"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/link"
	"github.com/weirgraph/weir/ingest"
	"github.com/weirgraph/weir/internal/testlong"
)

// The comments of the example estates list what weir finds in them; it finds nothing
// else but infos.
func TestEstates(t *testing.T) {
	testlong.OneSize(t)
	for estate, want := range map[string][]string{
		"ecommerce": {
			"error retry-non-idempotent order-service->shipping-service",
			"warning breaker-missing inputs",
			"warning bulkhead-missing order-service",
			"warning criticality-inversion order-service->inventory-service",
			"warning criticality-inversion order-service->shipping-service",
			"warning external-unprotected shipping-service->parcels.example.net",
			"warning fallback-shares-fate api-gateway->product-service",
			"warning healthcheck-missing shipping-service",
			"warning redundancy-below-tier payment-service",
			"warning retry-unbounded order-service->inventory-service",
			"warning retry-without-jitter order-service->shipping-service",
			"warning shared-database warehouse-db/warehouse",
			"warning timeout-excessive api-gateway->order-service",
		},
		"banking": {
			"error external-unprotected transaction-service->cards.example.com",
			"error retry-non-idempotent transaction-service->account-service",
			"warning breaker-missing transaction-service->account-service",
			"warning breaker-without-fallback transaction-service->account-service",
			"warning healthcheck-missing teller-service",
			"warning redundancy-below-tier account-service",
			"warning retry-unbounded fraud-detection-service->case-files",
			"warning shared-database ledger/ledger",
		},
		"streaming": {
			"error ingress-timeout-missing tv-gateway",
			"error retry-in-cycle recommendation-service,user-preference-service",
			"error retry-non-idempotent user-preference-service->recommendation-service",
			"warning redundancy-below-tier content-catalogue-service",
		},
		"quickstart": {
			"error sync-cycle shop/prices,shop/stock",
			"warning breaker-blind-to-slow shop/stock->shop/prices",
			"warning timeout-inversion shop/web->shop/orders",
		},
		"shop": {
			"error sync-cycle shop/basket,shop/pricing,shop/promotions",
			"warning breaker-missing shop/storefront",
			"warning fan-in-hot-spot shop/accounts",
			"warning fan-out-hub shop/checkout",
			"warning healthcheck-missing shop/pricing",
			"warning redundancy-below-tier shop/accounts",
			"warning shared-database shop/sales-db/sales",
		},
		"shop-compose": {
			"error sync-cycle basket,pricing,promotions",
			"warning fan-in-hot-spot accounts",
			"warning fan-out-hub checkout",
			"warning shared-database sales-db/sales",
		},
	} {
		t.Run(estate, func(t *testing.T) {
			g := readEstate(t, estate)
			for _, p := range g.Coverage().Problems {
				if p.Level > graph.Note {
					t.Errorf("%s: %s", p.Origin, p.Message)
				}
			}
			got := findingsOf(g, func(f *analyze.Finding) bool { return f.Severity > analyze.Info })
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

// A day of the shop, read with its manifests, has the findings that its page lists.
func TestDriftOfTheShop(t *testing.T) {
	want := []string{
		"info unused-edge shop/storefront->shop/pricing",
		"warning undeclared-edge shop/checkout->shop/giftcards",
		"warning undeclared-edge shop/storefront->shop/promotions",
	}
	g := readEstate(t, "shop", "shop-traces")
	got := findingsOf(g, func(f *analyze.Finding) bool {
		return slices.Contains([]string{"undeclared-edge", "unused-edge", "timeout-against-observed"}, f.Rule)
	})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("drift (-want +got):\n%s", diff)
	}
	for _, p := range g.Coverage().Problems {
		t.Errorf("%s: %s", p.Origin, p.Message)
	}
}

// The shop is one shop, however it is run: the same services of its own make the
// same calls to each other. Developers run it without reviews and what is behind them, and giftcards
// only on request, in a profile.
func TestShopIsTheSameInComposeAndKubernetes(t *testing.T) {
	away := []string{"reviews", "reviews-next", "covers", "covers-a", "covers-b", "covers-archive", "giftcards"}
	calls := func(folder string) []string {
		g := readEstate(t, folder)
		var list []string
		for e := range graph.Edge(g.Calls()) {
			from, to := g.Service(g.From(e)), g.Service(g.To(e))
			if from.Kind == graph.KindService && to.Kind == graph.KindService && !slices.Contains(away, from.Name) && !slices.Contains(away, to.Name) {
				list = append(list, from.Name+" calls "+to.Name)
			}
		}
		slices.Sort(list)
		return list
	}
	if diff := cmp.Diff(calls("shop"), calls("shop-compose")); diff != "" {
		t.Errorf("calls (-Kubernetes +compose):\n%s", diff)
	}
}

// Callers and callees of the services of the estates.
func TestRolesInEstates(t *testing.T) {
	for estate, roles := range map[string]map[string]graph.Role{
		"ecommerce": {
			"user-service": graph.Upstream, "inventory-service": graph.Both, "order-service": graph.Both,
			"notification-service": graph.Downstream,
		},
		"banking": {
			"account-service": graph.Upstream, "transaction-service": graph.Both, "fraud-detection-service": graph.Downstream,
		},
		"streaming": {
			"content-catalogue-service": graph.Upstream, "user-preference-service": graph.Both, "recommendation-service": graph.Both,
		},
		"shop": {"shop/giftcards": graph.Downstream, "shop/accounts": graph.Upstream},
	} {
		g := readEstate(t, estate)
		for id, want := range roles {
			if v, ok := g.Node(id); !ok {
				t.Errorf("%s has no service %q", estate, id)
			} else if got := g.Service(v).Role; got != want {
				t.Errorf("%s: role of %s = %v, want %v", estate, id, got, want)
			}
		}
	}
}

func readEstate(t *testing.T, estates ...string) *graph.Graph {
	t.Helper()
	var sources []string
	for _, estate := range estates {
		sources = append(sources, filepath.Join("../testdata/estates", estate))
	}
	return readGraph(t, sources...)
}

func readGraph(t *testing.T, sources ...string) *graph.Graph {
	t.Helper()
	b := &link.Builder{}
	if err := ingest.Read(context.Background(), sources, ingest.Options{}, b); err != nil {
		t.Fatal(err)
	}
	return b.Build()
}

// findingsOf returns the findings about a graph that are wanted, as severity, rule and subject, sorted.
func findingsOf(g *graph.Graph, wanted func(*analyze.Finding) bool) []string {
	var list []string
	for _, f := range rules.Run(g, rules.Options{}).Findings {
		if wanted(&f) {
			list = append(list, f.Severity.String()+" "+f.Rule+" "+f.Subject)
		}
	}
	slices.Sort(list)
	return list
}
