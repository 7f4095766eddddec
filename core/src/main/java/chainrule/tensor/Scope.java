package chainrule.tensor;

import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * The owner of the native objects of one step: all that is made while it is open, on its thread, is freed when it
 * closes, but for what {@link #keep} hands to the enclosing scope or to an owner of its own.
 *
 * <pre>{@code
 * try (var scope = new Scope()) {
 *     Tensor y = torch.matmul(a, b).add(c);
 *     return scope.keep(y);
 * }
 * }</pre>
 */
public final class Scope implements AutoCloseable {
    static {
        Natives.load();
    }

    private final PointerScope scope = new PointerScope();

    /** A handle on {@code tensor}'s storage that outlives this scope; whoever receives it closes it. */
    public Tensor keep(Tensor tensor) {
        return own(tensor);
    }

    /** A handle that no scope frees: its holder closes it with {@link #free}. */
    @SuppressWarnings("resource")
    public static Tensor own(Tensor tensor) {
        return new Tensor(tensor).retainReference();
    }

    /** Frees a native object now, whoever else still holds a handle on the same storage. */
    public static void free(Pointer pointer) {
        pointer.releaseReference();
    }

    @Override
    public void close() {
        scope.close();
    }
}
