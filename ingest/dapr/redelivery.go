package dapr

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/field"
	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// A pubsub is a component that delivers messages, while it is read how often it delivers one again
// that an app did not take. It does so after the retries of a Resiliency, and around them.
type pubsub struct {
	*resource.Object
	fields *field.Reader
}

// redeliveries are how components deliver again, by the second part of their type. Those that are
// missing do not, or how is set in the broker.
var redeliveries = map[string]func(c *pubsub) *policy.Retry{
	"rabbitmq":                (*pubsub).rabbitmq,
	"redis":                   (*pubsub).redis,
	"kafka":                   (*pubsub).kafka,
	"jetstream":               (*pubsub).jetstream,
	"pulsar":                  (*pubsub).pulsar,
	"gcp.pubsub":              (*pubsub).google,
	"aws.snssqs":              (*pubsub).amazon,
	"azure.servicebus":        (*pubsub).serviceBus,
	"azure.servicebus.topics": (*pubsub).serviceBus,
	"azure.servicebus.queues": (*pubsub).serviceBus,
}

// deferRedelivery has the redelivery of a component read if something subscribes to it.
func deferRedelivery(r *resource.Object, kind string) {
	read := redeliveries[kind]
	if read == nil {
		return
	}
	r.Facts.Deferred = append(r.Facts.Deferred, graph.Deferred{
		Ref: r.Ref(), Origin: r.At(r.Root), Uses: []graph.Ref{daprRedeliveries(r.Ref())},
		Complete: func(find func(graph.Ref) []any) *graph.Facts {
			facts := &graph.Facts{}
			if len(find(daprRedeliveries(r.Ref()))) == 0 {
				return facts
			}
			c := &pubsub{r.Into(facts), field.New(r.Document, product.DaprDuration)}
			if retry := read(c); retry != nil {
				p := c.Policy(product.DaprPubSub, "redelivery", c.Spec.Get("type"))
				p.Of, p.Says = daprRedeliveries(c.Ref()), policy.Set{Layer: policy.ClientProxy, Product: product.DaprPubSub, Retry: retry}
				facts.Policies = append(facts.Policies, p)
			}
			return facts
		},
	})
}

// redelivers returns what the deliveries of a subscription go through, too, if the component has to
// deliver again what the app did not take. Dapr itself puts that into a topic for dead letters, if
// the subscription has one.
func redelivers(r *resource.Object, component graph.Ref) []graph.Ref {
	if r.Text(r.Spec, "deadLetterTopic") != "" {
		return nil
	}
	again := daprRedeliveries(component)
	r.Facts.Deferred = append(r.Facts.Deferred, graph.Deferred{
		Ref: again, Origin: r.At(r.Root), Object: r,
		Complete: func(func(graph.Ref) []any) *graph.Facts { return &graph.Facts{} },
	})
	return []graph.Ref{again}
}

// daprRedeliveries refers to what a component delivers to apps, again if they do not take it.
func daprRedeliveries(component graph.Ref) graph.Ref {
	component.Kind += " redeliveries"
	return component
}

// setting returns a value of the metadata, whose names are taken in any case. It is absent if it is
// not there, and not known if it is a secret.
func (c *pubsub) setting(name string) (value document.Node, known bool) {
	for _, entry := range c.Spec.Get("metadata").List() {
		if strings.EqualFold(entry.Get("name").Str(), name) {
			value = entry.Get("value")
			return value, value.Exists()
		}
	}
	return document.Node{}, true
}

// isOn reports whether a value of the metadata switches something on, and where it is.
func (c *pubsub) isOn(name string) (on bool, at document.Node) {
	at, _ = c.setting(name)
	return slices.Contains([]string{"1", "y", "yes", "true", "t", "on"}, strings.ToLower(strings.TrimSpace(at.Str()))), at
}

// count returns a number of the metadata. It is ok if the number is known, also to be absent.
func (c *pubsub) count(name string) (n int, at document.Node, ok bool) {
	at, known := c.setting(name)
	if !at.Exists() {
		return 0, at, known
	}
	n, err := strconv.Atoi(strings.TrimSpace(at.Str()))
	return n, at, err == nil
}

// again is what is delivered again after every failure, -1 times for no end. Without a place it is the
// default of the component.
func (c *pubsub) again(times int, at document.Node) *policy.Retry {
	r := &policy.Retry{On: field.Supplied(c.fields, c.Spec.Get("type"), []string{policy.OnAny})}
	switch {
	case !at.Exists():
		r.Retries = field.Supplied(c.fields, c.Spec.Get("type"), times)
	case times == 0:
		return &policy.Retry{Retries: field.Off(c.fields, at, 0)}
	default:
		r.Retries = field.Written(c.fields, at, times)
	}
	return r
}

// waiting returns r with a wait of one length before each delivery.
func (c *pubsub) waiting(r *policy.Retry, wait policy.Setting[time.Duration]) *policy.Retry {
	r.Backoff = &policy.Backoff{Kind: policy.Setting[string]{Value: "fixed", Provenance: wait.Provenance, Origin: wait.Origin}, Base: wait}
	return r
}

// wait is a duration of the metadata, a number of milliseconds without a unit; ok is false if it cannot be read.
func (c *pubsub) wait(name string, otherwise time.Duration) (wait policy.Setting[time.Duration], ok bool) {
	at, known := c.setting(name)
	if !at.Exists() {
		return field.Supplied(c.fields, c.Spec.Get("type"), otherwise), known
	}
	d, err := policy.ParseDuration(product.DaprDuration, strings.TrimSpace(at.Str()))
	return d.Wait(c.At(at)), err == nil
}

// rabbitmq puts a message back into its queue, at once and without end, where it is asked to.
func (c *pubsub) rabbitmq() *policy.Retry {
	requeues, at := c.isOn("requeueInFailure")
	if acknowledged, _ := c.isOn("autoAck"); !requeues || acknowledged {
		return nil
	}
	if queue, known := c.setting("queueType"); !known || queue.Str() == "quorum" { // has a limit of its own in newer versions
		return nil
	}
	r := c.again(-1, at)
	r.Backoff = &policy.Backoff{Kind: field.Supplied(c.fields, at, "none")}
	return r
}

// redis claims a message again that was not acknowledged for a time, if either time is not 0.
func (c *pubsub) redis() *policy.Retry {
	for _, name := range []string{"redeliverInterval", "processingTimeout"} {
		n, at, ok := c.count(name)
		if !ok && at.Str() == "" {
			return nil
		}
		if at.Exists() && ok && n == 0 {
			return c.again(0, at)
		}
	}
	wait, ok := c.wait("processingTimeout", redisPending)
	if !ok {
		return nil
	}
	return c.waiting(c.again(-1, document.Node{}), wait)
}

// kafka hands a message to the app until it is taken, every five seconds, unless it is asked not to.
func (c *pubsub) kafka() *policy.Retry {
	if again, at := c.isOn("consumeRetryEnabled"); at.Exists() && !again {
		return c.again(0, at)
	}
	if _, known := c.setting("consumeRetryEnabled"); !known {
		return nil
	}
	most, at, ok := c.count("backOffMaxRetries")
	if !ok {
		return nil
	}
	if !at.Exists() {
		most = -1
	}
	r := c.again(max(most, -1), at)
	if policyOf, _ := c.setting("backOffPolicy"); policyOf.Str() == "" || policyOf.Str() == "constant" {
		if wait, ok := c.wait("backOffDuration", kafkaWait); ok && r.Retries.Provenance != policy.Disabled {
			return c.waiting(r, wait)
		}
	}
	return r
}

// jetstream delivers a message as often as the consumer says, without end by default.
func (c *pubsub) jetstream() *policy.Retry {
	if ack, known := c.setting("ackPolicy"); !known || ack.Str() != "" && ack.Str() != "explicit" && ack.Str() != "all" {
		return nil
	}
	most, at, ok := c.count("maxDeliver")
	if !ok {
		return nil
	}
	r := c.again(max(most, 0)-1, at)
	if r.Retries.Provenance == policy.Disabled {
		return r
	}
	if wait, ok := c.wait("ackWait", 0); ok && wait.IsWritten() {
		return c.waiting(r, wait)
	}
	return r
}

// pulsar delivers a message again without end.
func (c *pubsub) pulsar() *policy.Retry {
	wait, ok := c.wait("redeliveryDelay", pulsarWait)
	if !ok {
		return nil
	}
	return c.waiting(c.again(-1, document.Node{}), wait)
}

// google delivers a message again without end, unless there is a topic for those that are not taken.
func (c *pubsub) google() *policy.Retry {
	dead, known := c.setting("deadLetterTopic")
	if !known {
		return nil
	}
	if dead.Str() == "" {
		return c.again(-1, document.Node{})
	}
	return c.deliveries("maxDeliveryAttempts", googleDeliveries)
}

// amazon delivers a message until it has been received too often, and then deletes it or moves it to
// the queue for those that are not taken.
func (c *pubsub) amazon() *policy.Retry {
	dead, known := c.setting("sqsDeadLettersQueueName")
	if !known {
		return nil
	}
	if dead.Str() != "" {
		return c.deliveries("messageReceiveLimit", 0)
	}
	most, at, ok := c.count("messageRetryLimit")
	switch {
	case !ok:
		return nil
	case !at.Exists():
		most = amazonReceives
	case most < 2: // refused
		return nil
	}
	return c.again(most-2, at) // the last one that is received is not delivered
}

// serviceBus delivers a message as often as the subscription says that the component makes.
func (c *pubsub) serviceBus() *policy.Retry {
	if elsewhere, _ := c.isOn("disableEntityManagement"); elsewhere {
		return nil
	}
	return c.deliveries("maxDeliveryCount", serviceBusDeliveries)
}

// deliveries is how often a message is delivered again that is delivered as often as the metadata say.
func (c *pubsub) deliveries(name string, otherwise int) *policy.Retry {
	most, at, ok := c.count(name)
	if ok && !at.Exists() {
		most = otherwise
	}
	if !ok || most < 1 {
		return nil
	}
	return c.again(most-1, at)
}

// What components do without a setting, as their pages among "Pub/sub component specs" of Dapr say
// and its components-contrib does.
const (
	redisPending         = 60 * time.Second
	kafkaWait            = 5 * time.Second
	pulsarWait           = 30 * time.Second
	googleDeliveries     = 5
	amazonReceives       = 10
	serviceBusDeliveries = 10
)
