package spans

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
)

// A Spill bounds the memory that the records of workers take: what is too much
// goes to a temporary file, part by part, and is linked part by part. What is found by
// linking is the same. One trace has to fit into memory, with about 100 bytes a span.
//
// The file is private, and removed when the process ends, however that happens. A nil
// Spill has no limit.
type Spill struct {
	limit int64  // of the memory of records
	dir   string // where the file is

	used atomic.Int64 // memory of records
	mu   sync.Mutex   // of what follows
	list []*PartitionBuffer
	file *os.File
	end  int64 // of the file
	err  error
}

// NewSpill returns a Spill that keeps about limit bytes of records in memory, and spills
// the rest to dir, the system's directory for temporary files if dir is "".
func NewSpill(limit int64, dir string) *Spill {
	if dir == "" {
		dir = os.TempDir()
	}
	return &Spill{limit: limit, dir: dir}
}

// A SpillError is a temporary file that cannot be written or read.
type SpillError struct {
	Dir string
	Err error
}

func (e *SpillError) Error() string {
	return fmt.Sprintf("cannot keep spans in a temporary file in %q: %v", e.Dir, e.Err)
}

func (e *SpillError) Unwrap() error { return e.Err }

// Hint says how to fix it.
func (e *SpillError) Hint() string {
	if errors.Is(e.Err, syscall.ENOSPC) {
		return "free some disk space, set TMPDIR to a directory with more, or raise the memory limit"
	}
	return "set TMPDIR to a writable directory, or raise the memory limit"
}

// Bound bounds the memory of what a collector keeps together with that of the other
// collectors of the Spill.
func (s *Spill) Bound(c *Collector) {
	c.Spill = s
	s.Buffer(&c.Buffer)
}

// Err returns what went wrong with the file, if anything did: then records are
// lost, and what is linked is of no use.
func (s *Spill) Err() error {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// Used reports whether the memory was not enough.
func (s *Spill) Used() bool {
	if s == nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.file != nil
}

// Close removes the file.
func (s *Spill) Close() error {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}

// Buffer bounds the memory of one more buffer.
func (s *Spill) Buffer(one *PartitionBuffer) *PartitionBuffer {
	if s != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.list = append(s.list, one)
	}
	return one
}

// packedSize is the size of a record, in memory as in the file.
const packedSize = 32

// blockSize is how much of the file is read or written at once, a multiple of
// packedSize.
const blockSize = 256 << 10

var blockBuffers = sync.Pool{New: func() any {
	b := make([]byte, blockSize)
	return &b
}}

// Count adds records to the account, and writes all of them to the file when they
// are too many. It depends on nothing but their number whether there is a file.
func (s *Spill) Count(records int) {
	if s == nil || s.used.Add(packedSize*int64(records)) <= s.limit {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.used.Load() > s.limit && s.err == nil {
		s.fail(s.write())
	}
}

// Settle writes what is left in memory to the file, if there is one, to make room for
// linking.
func (s *Spill) Settle() {
	if !s.Used() {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.fail(s.write())
	}
	for _, one := range s.list {
		for i := range one.Parts {
			one.Parts[i].blocks = nil
		}
	}
	runtime.GC() // or as much again would be taken before the collector looks
}

// Report keeps an error of reading the file.
func (s *Spill) Report(err error) {
	if err != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.fail(err)
	}
}

func (s *Spill) fail(err error) {
	if err != nil && s.err == nil {
		s.err = &SpillError{s.dir, err}
	}
}

// A run is a sequence of records in the file.
type run struct {
	at      int64
	Records int
}

// write moves the records of all buffers to the end of the file, those of one part
// and buffer behind each other.
func (s *Spill) write() (err error) {
	if s.file == nil {
		if s.file, err = createTemp(s.dir); err != nil {
			return err
		}
	}
	out := bufio.NewWriterSize(io.NewOffsetWriter(s.file, s.end), blockSize)
	for _, one := range s.list {
		one.mu.Lock()
		for i := range one.Parts {
			if err == nil {
				err = s.writePart(out, &one.Parts[i])
			}
		}
		one.mu.Unlock()
	}
	if err == nil {
		err = out.Flush()
	}
	return err
}

func (s *Spill) writePart(out *bufio.Writer, t *part) error {
	if t.Length == 0 {
		return nil
	}
	var b [packedSize]byte
	var err error
	t.Each(func(r *Packed) {
		r.put(&b)
		if err == nil {
			_, err = out.Write(b[:])
		}
	})
	t.Runs = append(t.Runs, run{s.end, t.Length})
	s.end += packedSize * int64(t.Length)
	s.used.Add(-packedSize * int64(t.Length))
	t.empty()
	return err
}

// Each visits the records of the runs.
func (s *Spill) Each(runs []run, visit func(*Packed)) error {
	if len(runs) == 0 {
		return nil
	}
	buffer := blockBuffers.Get().(*[]byte)
	defer blockBuffers.Put(buffer)
	b := *buffer
	var r Packed
	for _, one := range runs {
		at, left := one.at, packedSize*one.Records
		for left > 0 {
			some := b[:min(left, len(b))]
			if _, err := io.ReadFull(io.NewSectionReader(s.file, at, int64(len(some))), some); err != nil {
				return fmt.Errorf("reading it again: %w", err)
			}
			for i := 0; i < len(some); i += packedSize {
				r.get((*[packedSize]byte)(some[i:]))
				visit(&r)
			}
			at, left = at+int64(len(some)), left-len(some)
		}
	}
	return nil
}

func (p *Packed) put(b *[packedSize]byte) {
	o := binary.LittleEndian
	o.PutUint64(b[0:], p.Key)
	o.PutUint64(b[8:], p.Parent)
	o.PutUint32(b[16:], p.Trace)
	o.PutUint32(b[20:], p.start)
	o.PutUint32(b[24:], math.Float32bits(p.duration))
	o.PutUint32(b[28:], p.Traits)
}

func (p *Packed) get(b *[packedSize]byte) {
	o := binary.LittleEndian
	*p = Packed{
		Key: o.Uint64(b[0:]), Parent: o.Uint64(b[8:]), Trace: o.Uint32(b[16:]), start: o.Uint32(b[20:]),
		duration: math.Float32frombits(o.Uint32(b[24:])), Traits: o.Uint32(b[28:]),
	}
}

// linkedSize is about what a record takes while it is linked.
const linkedSize = packedSize + 12

// maxShares bounds how often the same part of the file is read.
const maxShares = 64

// Shares returns into how many shares so many records are divided to fit into the
// memory that one of several goroutines has.
func (s *Spill) Shares(records, parallel int) int {
	if !s.Used() {
		return 1
	}
	most := s.limit / int64(max(1, parallel))
	return int(min(maxShares, 1+linkedSize*int64(records)/max(1, most)))
}
