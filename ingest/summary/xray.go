package summary

import (
	"encoding/json"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
)

// XRayGraph reads the service graph that AWS X-Ray adds up, as get-service-graph
// prints it.
var XRayGraph = &document.Reader{
	Name:  "xray-graph",
	Doc:   "service graph of AWS X-Ray",
	Reads: []string{"Services with ReferenceId and Edges"},
	Whole: func(text []byte) bool { return shaped(text, `"ReferenceId"`, "Services[].ReferenceId") },
	Read: func(d *document.Document, f *graph.Facts) {
		var t edgeStats
		values(d, func(raw json.RawMessage, line int) {
			var g xrayGraph
			if decode(d, raw, line, &g) {
				g.count(d, line, &t)
			}
		})
		t.addTo(f)
	},
}

type xrayGraph struct {
	Services []struct {
		ReferenceID *int `json:"ReferenceId"`
		Name, Type  string
		Edges       []struct {
			ReferenceID           *int `json:"ReferenceId"`
			SummaryStatistics     xrayStatistics
			ResponseTimeHistogram []struct{ Value, Count amount }
		}
	}
}

type xrayStatistics struct {
	TotalCount      amount
	FaultStatistics struct{ TotalCount amount }
}

func (g *xrayGraph) count(d *document.Document, line int, t *edgeStats) {
	seen := map[int]graph.TracePeer{}
	for _, s := range g.Services {
		if s.ReferenceID != nil && s.Name != "" {
			seen[*s.ReferenceID] = graph.TracePeer{Name: s.Name, Kind: xrayKind(s.Type), Inferred: s.Type == "client" || s.Type == "remote"}
		}
	}
	lost := 0
	for _, s := range g.Services {
		for _, e := range s.Edges {
			if s.ReferenceID == nil || e.ReferenceID == nil || seen[*s.ReferenceID].Name == "" || seen[*e.ReferenceID].Name == "" {
				lost++
				continue
			}
			l := edgeKey{from: t.number(seen[*s.ReferenceID]), to: t.number(seen[*e.ReferenceID]), mode: graph.Sync}
			if seen[*e.ReferenceID].Kind == graph.KindTopic {
				l.mode = graph.Async
			}
			o := t.call(l, d.Line(line, 0), "service-graph")
			o.Calls += float64(e.SummaryStatistics.TotalCount)
			o.Errors += float64(e.SummaryStatistics.FaultStatistics.TotalCount)
			for _, bar := range e.ResponseTimeHistogram {
				o.Trace().Latency.AddMany(float64(bar.Value)*1e9, float64(bar.Count))
			}
		}
	}
	if lost > 0 {
		problem(d, line, graph.Skipped, "", "%d calls of the service graph are of a service without a name", lost)
	}
}

// xrayKind is the kind of a node by its type: "AWS::DynamoDB::Table", "client".
func xrayKind(of string) graph.Kind {
	switch of {
	case "client", "remote":
		return graph.KindExternal
	case "AWS::DynamoDB::Table", "AWS::DynamoDB", "Database::SQL", "AWS::RDS", "AWS::S3", "AWS::S3::Bucket":
		return graph.KindDatabase
	case "AWS::SQS::Queue", "AWS::SQS", "AWS::SNS", "AWS::SNS::Topic", "AWS::Kinesis":
		return graph.KindTopic
	case "AWS::ElastiCache":
		return graph.KindCache
	case "AWS::ApiGateway::Stage", "AWS::ApiGateway":
		return graph.KindGateway
	}
	return graph.KindService
}
