package spans

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/weirgraph/weir/internal/testlong"
)

// TestOperation goes through what spans say of what is asked for.
func TestOperation(t *testing.T) {
	for _, tt := range []struct {
		name, attributes, want string // want ends in " (page)" for one page of a list
	}{
		// Paths.
		{"", "http.request.method=GET url.path=/item/17", "GET /item/{id}"},
		{"GET", "http.method=GET http.url=http://shop:8080/item/17/price?currency=EUR#top", "GET /item/{id}/price"},
		{"HTTP GET", "http.method=GET http.target=/users/7f0c9a1e-58cc-4372-a567-0e02b2c3d479", "GET /users/{id}"},
		{"GET /x", "http.request.method=GET http.route=/item/{itemId} url.path=/item/17", "GET /item/{itemId}"},
		{"", "http.method=GET http.path=/api/v2/products/OLJCESPC7Z", "GET /api/v2/products/{id}"},
		{"", "http.method=GET http.path=/oauth2/keys/deadbeef01", "GET /oauth2/keys/{id}"},
		{"", "http.method=GET http.path=/order-1234/lines", "GET /order-{id}/lines"},
		{"", "http.method=GET http.path=/a/;jsessionid=F00", "GET /a"},
		{"", "http.method=GET http.url=http://shop", "GET /"},
		{"get /item/12", "", "get /item/{id}"},
		// Pages of lists.
		{"", "http.method=GET http.target=/items?page=2&size=50", "GET /items (page)"},
		{"", "http.method=GET url.path=/items url.query=page%5Bnumber%5D=2&sort=id", "GET /items (page)"},
		{"", "http.method=GET url.path=/items url.query=nextPageToken=x", "GET /items (page)"},
		{"", "http.method=GET http.route=/items http.target=/items?offset=100", "GET /items (page)"},
		{"", "http.method=GET http.target=/items/page/3", "GET /items/page/{id} (page)"},
		{"", "http.method=GET http.target=/homepage?q=offset", "GET /homepage"},
		// Statements.
		{"query", "db.system=mysql db.statement=select_*_from_items_where_id_=_17_and_name_=_'it''s'", "SELECT * FROM items WHERE id = ? AND name = ?"},
		{"", "db.query.text=SELECT_\"i\".\"id\"_FROM_\"items\"_\"i\"_WHERE_\"i\".\"id\"=$1;", `SELECT "i"."id" FROM "items" "i" WHERE "i"."id"=?`},
		{"", `db.statement=SELECT_*_FROM_items_WHERE_name="bob"`, "SELECT * FROM items WHERE name=?"},
		{"", "db.statement=SELECT_*_FROM_t_WHERE_id_IN_(1,2,_3)", "SELECT * FROM t WHERE id IN (?)"},
		{"", "db.statement=INSERT_INTO_t_VALUES_(1,'a'),_(2,'b'),(?,_?)", "INSERT INTO t VALUES (?)"},
		{"", "db.statement=/*traceparent='00-5'*/_SELECT_1", "SELECT ?"},
		{"", "db.statement=SELECT_a::text_FROM_t2_WHERE_b_=_:name_--_why", "SELECT a::text FROM t2 WHERE b = ?"},
		{"", "db.statement=SELECT_*_FROM_t_LIMIT_50_OFFSET_100", "SELECT * FROM t LIMIT ? OFFSET ? (page)"},
		{"", "db.statement=FETCH_FORWARD_100_FROM_c1", "FETCH FORWARD ? FROM c1 (page)"},
		{"", "db.system=redis db.statement=GET_user:4711:name", "GET user:{id}:name"},
		{"GET", "db.system=redis", ""},
		{"HMSET", "db.system=redis", "HMSET"},
		{"", "db.operation=getMore db.mongodb.collection=items", "getMore items (page)"},
		{"find items", "db.operation.name=find db.collection.name=items", "find items"},
		// Procedures and names.
		{"x", "rpc.system=grpc rpc.service=shop.Items rpc.method=Get", "shop.Items/Get"},
		{"x", "rpc.method=shop.Items/Get", "shop.Items/Get"},
		{"/shop.Items/Get", "", "/shop.Items/Get"},
		{"load order 4711", "", "load order {id}"},
		{"stage2", "", "stage2"},
		{"S3.GetObject", "", "S3.GetObject"},
		{"HTTP POST", "http.method=POST", ""},
		{"http get", "", ""},
		{"", "", ""},
	} {
		var d Builder
		d.Name = []byte(tt.name)
		for pair := range strings.FieldsSeq(tt.attributes) {
			key, value, _ := strings.Cut(pair, "=")
			d.Put([]byte(key), []byte(strings.ReplaceAll(value, "_", " ")))
		}
		words, paged := d.operation(nil)
		got := string(words)
		if paged {
			got += " (page)"
		}
		if got != tt.want {
			t.Errorf("%q %s: operation %q, want %q", tt.name, tt.attributes, got, tt.want)
		}
	}
}

// TestOperationsAreBounded names far more operations than are kept, in two orders
// and by several workers: what is kept is the same.
func TestOperationsAreBounded(t *testing.T) {
	const n = 3 * maxOperations
	names := make([]string, n)
	for i := range names {
		names[i] = "op" + strings.Map(func(r rune) rune { return r - '0' + 'a' }, fmt.Sprint(i))
	}
	var want map[Operation]string
	for turn, parallel := range []int{1, 3, 2}[:testlong.N(2, 3)] {
		workers := make([]*Collector, parallel)
		for i := range workers {
			workers[i] = &Collector{}
		}
		for i, name := range names {
			d := Builder{Name: []byte(name)}
			if op, _ := workers[i%parallel].operations.of(&d, nil); op == 0 && i < 2*maxOperations*parallel-1 {
				t.Fatalf("%q is no operation", name)
			}
		}
		for _, w := range workers {
			if len(w.operations.words) > 2*maxOperations {
				t.Fatalf("a worker keeps %d operations", len(w.operations.words))
			}
		}
		got := UniteOperations(workers)
		if want == nil {
			want = got
		}
		if len(got) != maxOperations || !maps.Equal(got, want) {
			t.Fatalf("turn %d keeps %d other operations than the first, which kept %d", turn, len(got), len(want))
		}
		rand.New(rand.NewPCG(1, uint64(turn))).Shuffle(n, func(i, j int) { names[i], names[j] = names[j], names[i] })
	}
}

func FuzzOperation(f *testing.F) {
	f.Add("GET /item/17?page=2", "SELECT * FROM t WHERE a = 'b'")
	f.Add("HTTP GET", `INSERT INTO "t" VALUES (1, "x"), (2, '`)
	f.Add("7f0c9a1e-58cc-4372-a567-0e02b2c3d479", "-- only a comment")
	f.Fuzz(func(t *testing.T, name, statement string) {
		d := Builder{Name: []byte(name)}
		words, _ := d.operation(nil)
		if len(words) > 8*maxText {
			t.Fatalf("%d bytes of %d", len(words), len(name))
		}
		d.Put([]byte("db.statement"), []byte(statement))
		words, _ = d.operation(nil)
		if len(words) > 8*maxText || len(shorten(words)) > maxWords+3 {
			t.Fatalf("%d bytes of %d", len(words), len(statement))
		}
	})
}

func BenchmarkOperation(b *testing.B) {
	drafts := make([]Builder, 20_000)
	for i := range drafts {
		drafts[i].Name = []byte(fmt.Sprintf("GET /orders/%d", i))
		drafts[i].Put([]byte("http.request.method"), []byte("GET"))
		drafts[i].Put([]byte("url.path"), []byte(fmt.Sprintf("/orders/%d/lines", i)))
	}
	for _, distinct := range []int{100, 20_000} {
		b.Run(fmt.Sprintf("distinct=%d", distinct), func(b *testing.B) {
			var o operations
			b.ReportAllocs()
			buf := make([]byte, 0, 256)
			for i := 0; b.Loop(); i++ {
				o.of(&drafts[i%distinct], buf)
			}
		})
	}
}
