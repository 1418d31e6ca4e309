import { Component, h, type ComponentType, type FunctionComponent } from "preact";

/** A component that is drawn anew only when one of its properties is another, those aside that others tell of (`ignored`). */
export function memo<Props extends object>(inner: FunctionComponent<Props>, ignored: (keyof Props)[] = []): ComponentType<Props> {
  return class extends Component<Props> {
    override shouldComponentUpdate(next: Props) {
      const names = Object.keys(next) as (keyof Props)[];
      return names.some((name) => next[name] !== (this.props as Props)[name] && !ignored.includes(name));
    }

    override render() {
      return h(inner, this.props as Props & object);
    }
  };
}
