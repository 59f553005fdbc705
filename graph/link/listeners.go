package link

// listener returns the root that a program reaches at a port of its own machine, by a
// listener of its proxy.
func (l *linker) listener(program, port int) (root int, ok bool) {
	if l.listeners == nil {
		l.listeners = map[listening]int{}
		for i := range l.f.Listeners {
			f := &l.f.Listeners[i]
			at, known := l.lookup(f.Of)
			if to, ok := l.lookup(f.To.Ref); known && ok {
				l.listeners[listening{at, f.Port}] = to
			}
		}
	}
	root, ok = l.listeners[listening{program, port}]
	return root, ok
}
