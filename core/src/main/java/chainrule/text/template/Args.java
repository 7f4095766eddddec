package chainrule.text.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The values a call passes: by position and by name. */
record Args(List<Object> positional, Map<String, Object> named) {
    static Args of(Object... positional) {
        return new Args(List.of(positional), Map.of());
    }

    /** The same with one more value before the others. */
    Args after(Object first) {
        var all = new ArrayList<Object>();
        all.add(first);
        all.addAll(positional);
        return new Args(all, named);
    }

    /** The same without the first {@code count} by position. */
    Args from(int count) {
        return new Args(positional.subList(count, positional.size()), named);
    }
}
