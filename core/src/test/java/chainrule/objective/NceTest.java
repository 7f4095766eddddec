package chainrule.objective;

class NceTest extends ObjectiveContract {
    @Override
    Mean objective() {
        return new Nce(new Length.Tokens(3));
    }

    @Override
    Batch batch() {
        return Samples.masked(4);
    }
}
