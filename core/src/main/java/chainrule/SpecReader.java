package chainrule;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/** The records of one family by name, and the reading of {@link Spec}'s text into them. */
record SpecReader(Map<String, Class<? extends Record>> byName, Class<?> family, List<Class<?>> more) {
    private static final Set<Class<?>> SIMPLE = Set.of(
            int.class,
            long.class,
            double.class,
            boolean.class,
            Integer.class,
            Long.class,
            Double.class,
            Boolean.class,
            String.class,
            OptionalInt.class,
            OptionalLong.class,
            OptionalDouble.class);

    static SpecReader of(Class<?> family, Class<?>... more) {
        Map<String, Class<? extends Record>> found = new LinkedHashMap<>();
        collect(family, found);
        for (Class<?> extra : more) {
            if (family.isAssignableFrom(extra)) {
                collect(extra, found);
            }
        }
        return new SpecReader(found, family, List.of(more));
    }

    private static void collect(Class<?> type, Map<String, Class<? extends Record>> into) {
        if (type.isRecord() && Arrays.stream(type.getRecordComponents()).allMatch(c -> readable(c.getGenericType()))) {
            into.put(SpecText.kebab(type), type.asSubclass(Record.class));
        } else if (type.isSealed()) {
            Arrays.stream(type.getPermittedSubclasses()).forEach(t -> collect(t, into));
        }
    }

    List<Class<? extends Record>> members() {
        return List.copyOf(byName.values());
    }

    Record read(String text) {
        int colon = text.indexOf(':');
        String name = colon < 0 ? text : text.substring(0, colon).strip();
        Class<? extends Record> type = byName.get(name);
        Optional<Class<? extends Record>> bare =
                members().stream().filter(Spec.Bare.class::isAssignableFrom).findFirst();
        if (type == null && bare.isPresent()) {
            String first = bare.get().getRecordComponents()[0].getName();
            return build(SpecText.kebab(bare.get()), bare.get(), Map.of(first, text));
        }
        if (type == null) {
            List<String> names = List.copyOf(byName.keySet());
            throw new BadInput(
                    "There is no " + SpecText.kebab(family) + " '" + name + "'." + SpecText.didYouMean(name, names)
                            + " There " + (names.size() == 1 ? "is " : "are ") + String.join(", ", names) + ".");
        }
        return build(name, type, colon < 0 ? Map.of() : settings(name, type, text.substring(colon + 1)));
    }

    private static Map<String, String> settings(String name, Class<? extends Record> type, String text) {
        List<String> keys = Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getName)
                .toList();
        Map<String, String> values = new LinkedHashMap<>();
        for (String setting : SpecText.split(text, ',')) {
            List<String> parts = SpecText.split(setting, '=');
            boolean bare = parts.size() == 1 && !keys.contains(setting) && !keys.isEmpty() && values.isEmpty();
            String key = bare ? keys.getFirst() : parts.getFirst();
            if (!keys.contains(key)) {
                String known = keys.isEmpty() ? " It has none." : " It has " + String.join(", ", keys) + ".";
                throw new BadInput(name + " has no setting '" + key + "'." + SpecText.didYouMean(key, keys) + known);
            }
            if (parts.size() != (bare ? 1 : 2) || parts.getLast().isEmpty()) {
                throw new BadInput(name + " needs a value for '" + key + "': write " + key + "=value.");
            }
            if (values.put(key, parts.getLast()) != null) {
                throw new BadInput(name + " has '" + key + "' twice.");
            }
        }
        return values;
    }

    private Record build(String name, Class<? extends Record> type, Map<String, String> settings) {
        Optional<Record> defaults = defaults(type);
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] types = new Class<?>[components.length];
        Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            RecordComponent c = components[i];
            types[i] = c.getType();
            String given = settings.get(c.getName());
            if (given != null) {
                values[i] = value(given, c.getGenericType(), name + ": " + c.getName());
            } else if (defaults.isPresent()) {
                values[i] = get(defaults.get(), c);
            } else {
                values[i] = absent(c.getType())
                        .orElseThrow(() -> new BadInput(
                                name + " needs '" + c.getName() + "' (" + words(c.getGenericType()) + ")."));
            }
        }
        return create(name, type, types, values);
    }

    private static Record create(String name, Class<? extends Record> type, Class<?>[] types, Object... values) {
        try {
            Constructor<? extends Record> constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            String message = e.getCause() instanceof RuntimeException r ? r.getMessage() : null;
            throw new BadInput(name + ": " + (message == null ? "these settings do not fit together." : message), e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private Object value(String text, Type type, String what) {
        if (type instanceof ParameterizedType p && p.getRawType() == List.class) {
            String inner = SpecText.inside(text, '[', ']').orElse(text);
            Type element = p.getActualTypeArguments()[0];
            return inner.isEmpty()
                    ? List.of()
                    : SpecText.split(inner, ';').stream()
                            .map(t -> value(t, element, what))
                            .toList();
        }
        if (type instanceof ParameterizedType p && p.getRawType() == Optional.class) {
            return Optional.of(value(text, p.getActualTypeArguments()[0], what));
        }
        Class<?> c = (Class<?>) type;
        if (c == OptionalInt.class) {
            return OptionalInt.of((int) whole(text, Integer.MIN_VALUE, Integer.MAX_VALUE, what));
        } else if (c == OptionalLong.class) {
            return OptionalLong.of(whole(text, Long.MIN_VALUE, Long.MAX_VALUE, what));
        } else if (c == OptionalDouble.class) {
            return OptionalDouble.of(SpecText.number(text, what));
        } else if (c == int.class || c == Integer.class) {
            return (int) whole(text, Integer.MIN_VALUE, Integer.MAX_VALUE, what);
        } else if (c == long.class || c == Long.class) {
            return whole(text, Long.MIN_VALUE, Long.MAX_VALUE, what);
        } else if (c == double.class || c == Double.class) {
            return SpecText.number(text, what);
        } else if (c == String.class) {
            return SpecText.unquote(text);
        } else if (c == boolean.class || c == Boolean.class) {
            return word(text, List.of(false, true), what);
        } else if (c.isEnum()) {
            return word(text, List.of(c.getEnumConstants()), what);
        }
        return of(c, more.toArray(Class<?>[]::new))
                .read(SpecText.inside(text, '(', ')').orElse(text));
    }

    private static long whole(String text, long least, long most, String what) {
        try {
            long value = Long.parseLong(text);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw new BadInput(what + " must be a whole number, not '" + text + "'.", e);
        }
        throw new BadInput(what + " must lie between " + least + " and " + most + ", not " + text + ".");
    }

    private static Object word(String text, List<?> values, String what) {
        List<String> words =
                values.stream().map(v -> v.toString().toLowerCase(Locale.ROOT)).toList();
        int at = words.indexOf(text);
        if (at < 0) {
            throw new BadInput(what + " must be " + String.join(" or ", words) + ", not '" + text + "'.");
        }
        return values.get(at);
    }

    /** What an optional component is where it is not given. */
    private static Optional<Object> absent(Class<?> type) {
        Map<Class<?>, Object> nothing = Map.of(
                Optional.class, Optional.empty(),
                OptionalInt.class, OptionalInt.empty(),
                OptionalLong.class, OptionalLong.empty(),
                OptionalDouble.class, OptionalDouble.empty());
        return Optional.ofNullable(nothing.get(type));
    }

    private static boolean readable(Type type) {
        if (type instanceof ParameterizedType p) {
            boolean holder = p.getRawType() == List.class || p.getRawType() == Optional.class;
            return holder && readable(p.getActualTypeArguments()[0]);
        }
        return type instanceof Class<?> c && (SIMPLE.contains(c) || c.isEnum() || c.isSealed() || c.isRecord());
    }

    /** A component's type for help and errors. */
    static String words(Type type) {
        if (type instanceof ParameterizedType p) {
            String of = words(p.getActualTypeArguments()[0]);
            return p.getRawType() == List.class ? "[" + of + ";...]" : of;
        }
        Class<?> c = (Class<?>) type;
        if (c.isEnum()) {
            return String.join(
                    "|",
                    Arrays.stream(c.getEnumConstants())
                            .map(e -> e.toString().toLowerCase(Locale.ROOT))
                            .toList());
        } else if (c == boolean.class || c == Boolean.class) {
            return "true|false";
        } else if (c == double.class || c == Double.class || c == OptionalDouble.class) {
            return "number";
        } else if (c == String.class) {
            return "text";
        }
        return c.isSealed() || c.isRecord() ? SpecText.kebab(c) : "whole number";
    }

    /** What the no-argument constructor sets, where there is one. */
    static Optional<Record> defaults(Class<? extends Record> type) {
        for (Constructor<?> c : type.getDeclaredConstructors()) {
            if (c.getParameterCount() == 0 && !Modifier.isPrivate(c.getModifiers())) {
                return Optional.of(create(SpecText.kebab(type), type, new Class<?>[0]));
            }
        }
        return Optional.empty();
    }

    static Object get(Record record, RecordComponent component) {
        try {
            var accessor = component.getAccessor();
            accessor.setAccessible(true);
            return accessor.invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
