package chainrule.nn;

import chainrule.tensor.Scope;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The tensors of a model by their paths. A model is a record of records of tensors: a parameter's name is its path
 * through them, as in {@code blocks.3.attn.out.weight}. Lists count from 0, an {@link Optional} adds nothing to the path,
 * components of other types are settings. A tensor that occurs twice (a tied one) has the name of its first place.
 */
public record Tree(SequencedMap<String, Tensor> tensors) implements AutoCloseable {
    /** What {@link #map} does with one tensor. */
    @FunctionalInterface
    public interface Edit {
        Tensor apply(String path, Tensor tensor);
    }

    /** What {@link #replace} does with one part. */
    @FunctionalInterface
    public interface Exchange<T> {
        T apply(String path, T part);
    }

    /** What stands at a node; empty: the same record, list or optional with its parts visited. */
    private interface Visit {
        Optional<Object> at(String path, Object node);
    }

    private static final ClassValue<Form> FORMS = new ClassValue<>() {
        @Override
        protected Form computeValue(Class<?> type) {
            return Form.of(type);
        }
    };

    public Tree {
        tensors = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(tensors));
    }

    /** The tensors of a record, in the order of its components. */
    public static Tree of(Record root) {
        SequencedMap<String, Tensor> found = new LinkedHashMap<>();
        Set<Tensor> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        visit("", root, (path, node) -> {
            if (node instanceof Tensor tensor && seen.add(tensor)) {
                found.put(path, tensor);
            }
            return node instanceof Tensor ? Optional.of(node) : Optional.empty();
        });
        return new Tree(found);
    }

    /**
     * The same record (or list, or optional, or tensor) with every tensor replaced by what {@code edit} makes of it; a
     * tied tensor is edited once.
     */
    public static <R> R map(R root, Edit edit) {
        IdentityHashMap<Tensor, Tensor> done = new IdentityHashMap<>();
        return edited(
                root,
                (path, node) -> node instanceof Tensor tensor
                        ? Optional.of(done.computeIfAbsent(tensor, t -> edit.apply(path, t)))
                        : Optional.empty());
    }

    /** The same record with every part of type {@code type}, the outermost of nested ones, replaced by what {@code exchange} makes of it. */
    public static <R, T> R replace(R root, Class<T> type, Exchange<T> exchange) {
        return edited(
                root,
                (path, node) ->
                        type.isInstance(node) ? Optional.of(exchange.apply(path, type.cast(node))) : Optional.empty());
    }

    @SuppressWarnings("unchecked")
    private static <R> R edited(R root, Visit visit) {
        return (R) visit("", root, visit);
    }

    public Tensor get(String path) {
        Tensor tensor = tensors.get(path);
        if (tensor == null) {
            throw new IllegalArgumentException("no parameter " + path + "; there are " + tensors.keySet());
        }
        return tensor;
    }

    /** The number of numbers in all tensors. */
    public long size() {
        return tensors.values().stream().mapToLong(Tensor::numel).sum();
    }

    /** Frees every tensor. */
    @Override
    public void close() {
        tensors.values().forEach(Scope::free);
    }

    private static Object visit(String path, Object node, Visit visit) {
        return visit.at(path, node).orElseGet(() -> switch (node) {
            case Record record -> visitRecord(path, record, visit);
            case List<?> list -> visitList(path, list, visit);
            case Optional<?> optional -> visitOptional(path, optional, visit);
            default -> node;
        });
    }

    private static Optional<?> visitOptional(String path, Optional<?> optional, Visit visit) {
        Optional<?> mapped = optional.map(o -> visit(path, o, visit));
        return mapped.isPresent() && mapped.get() == optional.get() ? optional : mapped;
    }

    private static List<?> visitList(String path, List<?> list, Visit visit) {
        List<Object> copy = new ArrayList<>(list.size());
        boolean changed = false;
        for (int i = 0; i < list.size(); i++) {
            copy.add(visit(path + "." + i, list.get(i), visit));
            changed |= copy.get(i) != list.get(i);
        }
        return changed ? List.copyOf(copy) : list;
    }

    private static Record visitRecord(String path, Record record, Visit visit) {
        Form form = FORMS.get(record.getClass());
        @Nullable Object[] values = new Object[form.accessors.size()];
        boolean changed = false;
        try {
            for (int i = 0; i < values.length; i++) {
                Method accessor = form.accessors.get(i);
                Object value = accessor.invoke(record);
                String name = accessor.getName();
                values[i] = value == null ? null : visit(path.isEmpty() ? name : path + "." + name, value, visit);
                changed |= values[i] != value;
            }
            return changed ? (Record) form.constructor.newInstance(values) : record;
        } catch (InvocationTargetException e) {
            throw e.getCause() instanceof RuntimeException r ? r : new IllegalStateException(e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** How a kind of record is taken apart and made; kept, since the JVM compiles each accessor anew when asked again. */
    private record Form(List<Method> accessors, Constructor<?> constructor) {
        static Form of(Class<?> type) {
            List<RecordComponent> components = List.of(type.getRecordComponents());
            List<Method> accessors =
                    components.stream().map(RecordComponent::getAccessor).toList();
            accessors.forEach(accessor -> accessor.setAccessible(true));
            try {
                Constructor<?> constructor = type.getDeclaredConstructor(
                        components.stream().map(RecordComponent::getType).toArray(Class<?>[]::new));
                constructor.setAccessible(true);
                return new Form(accessors, constructor);
            } catch (NoSuchMethodException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
