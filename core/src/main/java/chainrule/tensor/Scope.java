package chainrule.tensor;

import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

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

    private final @Nullable PointerScope enclosing;
    private final PointerScope scope;

    public Scope() {
        enclosing = PointerScope.getInnerScope();
        scope = new PointerScope();
    }

    /** Hands {@code tensor} to the enclosing scope; where there is none, to the caller, who frees it. */
    public <P extends Pointer> P keep(P tensor) {
        if (enclosing == null) {
            return tensor.retainReference();
        }
        enclosing.attach(tensor);
        return tensor;
    }

    /** A handle on {@code tensor}'s storage that no scope frees: its holder frees it with {@link #free}. */
    public static Tensor own(Tensor tensor) {
        return new Tensor(tensor).retainReference();
    }

    /** Frees a native object that {@link #keep} or {@link #own} gave to its holder. Freeing again does nothing. */
    public static void free(Pointer pointer) {
        pointer.releaseReference();
    }

    @Override
    public void close() {
        scope.close();
    }
}
