package pipeline

import (
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/weirgraph/weir/ingest/trace/link"
	"github.com/weirgraph/weir/ingest/trace/spans"
)

func init() {
	beam.RegisterCoder(reflect.TypeFor[link.Sum](), encodeSum, decodeSum)
	beam.RegisterCoder(reflect.TypeFor[words](), encodeWords, decodeWords)
	register.Combiner1[link.Sum](&sumFn{})
	register.Combiner3[words, []byte, []byte](&wordsFn{})
	register.Function2x2(keyed)
	register.Function1x2(once)
}

func encodeSum(s link.Sum) ([]byte, error) { return s.MarshalBinary() }

func decodeSum(b []byte) (link.Sum, error) {
	var s link.Sum
	err := s.UnmarshalBinary(b)
	return s, err
}

// sumFn adds up what is counted under one key. Engines add up what one worker counts before it is sent.
type sumFn struct{}

func (fn *sumFn) CreateAccumulator() link.Sum { return link.Sum{} }

func (fn *sumFn) MergeAccumulators(a, b link.Sum) link.Sum {
	a.Add(&b)
	return a
}

// words are spans.Words, as accumulators are to be of a type of their own.
type words struct{ of spans.Words }

func encodeWords(w words) ([]byte, error) { return w.of.MarshalBinary() }

func decodeWords(b []byte) (words, error) {
	w := words{spans.Words{}}
	err := w.of.UnmarshalBinary(b)
	return w, err
}

// wordsFn brings the words of all operations together.
type wordsFn struct{}

func (fn *wordsFn) CreateAccumulator() words { return words{spans.Words{}} }

func (fn *wordsFn) AddInput(w words, b []byte) (words, error) {
	err := w.of.UnmarshalBinary(b)
	return w, err
}

func (fn *wordsFn) MergeAccumulators(a, b words) words {
	a.of.Add(b.of)
	return a
}

func (fn *wordsFn) ExtractOutput(w words) ([]byte, error) {
	w.of.Settle()
	return w.of.MarshalBinary()
}

// A keySum is a sum and its key as one.
type keySum struct {
	Key string
	Sum []byte
}

func keyed(key string, s link.Sum) (keySum, error) {
	b, err := s.MarshalBinary()
	return keySum{key, b}, err
}

// once is one element with the key of AddFixedKey: a step that has it runs if there is nothing else, too.
func once([]byte) (int, int) { return 0, 0 }
